# One image for every process of the hub; docker-compose.yml says which one a container runs.
FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts: the one that matters would fetch a second Node, and the image brings it.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY data ./data
COPY migrations ./migrations
COPY src ./src
USER node
ENV NODE_ENV=production
CMD ["node", "src/api/main.ts"]
