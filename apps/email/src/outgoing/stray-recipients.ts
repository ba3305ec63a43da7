import { type MailMessage, type SMTPPoolSentMessageInfo } from 'nodemailer';
import { type NamedMailbox } from './recipients.js';

/** What the server will be told must be the lists that were given, whatever the mail's headers have become. */
export function strayRecipients({ data, message }: MailMessage<SMTPPoolSentMessageInfo>): Error | null {
  const lists = [data.to, data.cc, data.bcc] as readonly (readonly NamedMailbox[])[];
  const given = differing(lists.flat().map(({ address }) => address));
  const told = differing(message.getEnvelope().to);
  return JSON.stringify(given) === JSON.stringify(told)
    ? null
    : new Error(`Expected a mail to ${given.join(', ')}; its envelope says ${told.join(', ')}. It was not sent.`);
}

/** In one order, each once; the case of a domain makes no difference. */
function differing(addresses: readonly string[]): string[] {
  return [...new Set(addresses.map((address) => address.replace(/@[^@]*$/, (end) => end.toLowerCase())))].sort();
}
