# One file for all apps, one target each: docker build --target media .
# A new app takes a target of six lines at the end.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS manifest
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

# Install scripts stay off: nothing that is compiled or run here needs them.
FROM manifest AS build
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY libs libs
COPY apps apps
RUN npm run build

# npm keeps TypeScript because a production package names it as an optional peer; that is for a compiler plugin alone.
FROM manifest AS packages
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev && rm -rf node_modules/typescript

# Native image code and the model for moderation belong to the app that draws; no other app carries them. Fonts go to those that write with them.
FROM packages AS packages-with-fonts
RUN rm -r node_modules/sharp node_modules/@img node_modules/nsfwjs node_modules/@tensorflow

FROM packages-with-fonts AS packages-without-images
RUN rm -r node_modules/dejavu-fonts-ttf node_modules/@embedpdf node_modules/@expo-google-fonts

# Watermarks are drawn with the first font alone.
FROM packages AS packages-with-images
RUN rm -r node_modules/@embedpdf node_modules/@expo-google-fonts

# An empty volume takes over the owner of the folder that it is mounted on: so the files belong to the user of the apps.
FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production
RUN install --directory --owner=node --group=node /data/files
WORKDIR /app
COPY package.json ./
COPY --from=build /app/dist/libs dist/libs
USER node
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? process.env.HEALTH_PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

FROM runtime AS gateway
ENV PORT=3000
EXPOSE 3000
COPY --from=packages-without-images /app/node_modules node_modules
COPY --from=build /app/dist/apps/gateway dist/apps/gateway
COPY --from=build /app/dist/apps/dashboard dist/apps/dashboard
# Much memory for young objects: most of what a request needs is gone before it is looked for, and is not copied.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "dist/apps/gateway/src/main.js"]

# What is being worked on lies on a disk of its own: a video is too large for a container's memory. Each program that works on
# one leaves a process behind that somebody has to take away: tini does, where the container has no init process of its own.
FROM runtime AS media
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends ffmpeg tini && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node /data/work
USER node
ENV HEALTH_PORT=9000 TMPDIR=/data/work
EXPOSE 9000
COPY --from=packages-with-images /app/node_modules node_modules
COPY --from=build /app/dist/apps/media dist/apps/media
ENTRYPOINT ["tini", "-s", "--"]
CMD ["node", "--enable-source-maps", "dist/apps/media/src/main.js"]

FROM runtime AS email
ENV HEALTH_PORT=9000
EXPOSE 9000
COPY --from=packages-without-images /app/node_modules node_modules
COPY --from=build /app/dist/apps/email dist/apps/email
COPY --from=build /app/apps/email/templates apps/email/templates
CMD ["node", "--enable-source-maps", "dist/apps/email/src/main.js"]

FROM runtime AS exports
ENV HEALTH_PORT=9000
EXPOSE 9000
COPY --from=packages-with-fonts /app/node_modules node_modules
COPY --from=build /app/dist/apps/exports dist/apps/exports
# Little memory for young objects: files are made in threads, which have their own.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=4", "dist/apps/exports/src/main.js"]

FROM runtime AS integrations
ENV HEALTH_PORT=9000
EXPOSE 9000
COPY --from=packages-without-images /app/node_modules node_modules
COPY --from=build /app/dist/apps/integrations dist/apps/integrations
CMD ["node", "--enable-source-maps", "dist/apps/integrations/src/main.js"]
