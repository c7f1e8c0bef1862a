# One image for every process of the hub; docker-compose.yml says which one a container runs.

# The dashboard is built with tools that the running hub has no use for.
FROM node:24-slim AS dashboard
WORKDIR /app
COPY package.json package-lock.json ./
COPY dashboard/package.json ./dashboard/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY dashboard ./dashboard
COPY src/domain ./src/domain
RUN node node_modules/vite/bin/vite.js build dashboard --outDir /built

FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
COPY dashboard/package.json ./dashboard/
# No install scripts: the one that matters would fetch a second Node, and the image brings it.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY data ./data
COPY migrations ./migrations
COPY src ./src
COPY --from=dashboard /built ./built-dashboard
# A new volume mounted here gets the owner of the folder that it covers.
RUN install --directory --owner=node --group=node --mode=0700 /packs
USER node
ENV NODE_ENV=production DASHBOARD_DIR=/app/built-dashboard
CMD ["node", "src/api/main.ts"]
