/** How the program is called. */
export const HELP = `npm run mail:preview -- [template …] [options]
  --templates DIR   a folder with templates of your own, as MAIL_TEMPLATES names it
  --data FILE       JSON to fill in, instead of the preview data of the template
  --out DIR         where the HTML is written (default .leveret/mail-preview)`;
