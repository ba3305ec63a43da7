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

FROM manifest AS manifests
COPY libs libs
COPY apps apps
COPY scripts/image-manifests.mjs scripts/
RUN node scripts/image-manifests.mjs /manifests

# The packages of each app by itself; source maps are for those who debug them. This is done again when an app takes a package or
# leaves one, not with every change of a source. The copies are links until then, and npm must not read in one what it did in another.
FROM manifest AS packages
COPY --from=manifests /manifests /manifests
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev \
  && find node_modules \( -name '*.map' -o -name .package-lock.json \) -delete \
  && for manifest in /manifests/*.json; do \
    app="/packages/$(basename "$manifest" .json)" && mkdir -p "$app" && cp "$manifest" "$app/package.json" \
    && cp package-lock.json .npmrc "$app" && cp -al node_modules "$app" && cd "$app" && npm prune --ignore-scripts \
    && find . -type d -empty -delete && cd /app || exit 1; \
  done

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
COPY --from=packages /packages/gateway/node_modules node_modules
COPY --from=build /app/dist/apps/gateway dist/apps/gateway
COPY --from=build /app/dist/apps/dashboard dist/apps/dashboard
# Much memory for young objects: most of what a request needs is gone before it is looked for, and is not copied.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "dist/apps/gateway/src/main.js"]

# ffmpeg can draw into windows too, by drivers of 160 MB that nobody needs here: an empty package stands in their place.
FROM ${NODE_IMAGE} AS no-drivers
WORKDIR /no-drivers/DEBIAN
RUN printf '%s\n' 'Package: libgl1-mesa-dri' 'Version: 99' 'Architecture: all' 'Maintainer: Leveret' 'Description: no drivers' >control \
  && dpkg-deb --build /no-drivers /no-drivers.deb

# What is being worked on lies on a disk of its own: a video is too large for a container's memory. Each program that works on
# one leaves a process behind that somebody has to take away: tini does, where the container has no init process of its own.
FROM runtime AS media
USER root
RUN --mount=from=no-drivers,source=/no-drivers.deb,target=/tmp/no-drivers.deb \
  apt-get update && apt-get install --yes --no-install-recommends /tmp/no-drivers.deb ffmpeg tini \
  && apt-get clean && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node /data/work
USER node
ENV HEALTH_PORT=9000 TMPDIR=/data/work
EXPOSE 9000
COPY --from=packages /packages/media/node_modules node_modules
COPY --from=build /app/dist/apps/media dist/apps/media
ENTRYPOINT ["tini", "-s", "--"]
CMD ["node", "--enable-source-maps", "dist/apps/media/src/main.js"]

FROM runtime AS email
ENV HEALTH_PORT=9000
EXPOSE 9000
COPY --from=packages /packages/email/node_modules node_modules
COPY --from=build /app/dist/apps/email dist/apps/email
COPY --from=build /app/apps/email/templates apps/email/templates
CMD ["node", "--enable-source-maps", "dist/apps/email/src/main.js"]

FROM runtime AS exports
ENV HEALTH_PORT=9000
EXPOSE 9000
COPY --from=packages /packages/exports/node_modules node_modules
COPY --from=build /app/dist/apps/exports dist/apps/exports
# Little memory for young objects: files are made in threads, which have their own. What a job leaves behind does not lie about for long.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=4", "--heap-growing-percent=50", "dist/apps/exports/src/main.js"]

FROM runtime AS integrations
ENV HEALTH_PORT=9000
EXPOSE 9000
COPY --from=packages /packages/integrations/node_modules node_modules
COPY --from=build /app/dist/apps/integrations dist/apps/integrations
CMD ["node", "--enable-source-maps", "dist/apps/integrations/src/main.js"]
