/** `npm run gen`: writes the types of the public API for the dashboard, from the document that the API serves. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import openapiTS, { astToString, COMMENT_HEADER, type OpenAPI3 } from 'openapi-typescript';
import { API_BASE } from '../src/api/basePath.ts';
import { openApiDocument } from '../src/api/openapi.ts';
import { ROUTES } from '../src/api/routes/index.ts';

const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES, API_BASE))) as OpenAPI3;
const types = COMMENT_HEADER + astToString(await openapiTS(document, { alphabetize: true }));
await writeFile(join(import.meta.dirname, 'src/api/schema.d.ts'), types);
