/**
 * `npm run gen`: writes the types of the public API for the dashboard, from the document that the API serves.
 * With `--check` it writes nothing, and ends with 1 when the file is not as it would be written.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import openapiTS, { astToString, COMMENT_HEADER, type OpenAPI3 } from 'openapi-typescript';
import { API_BASE } from '../src/api/basePath.ts';
import { openApiDocument } from '../src/api/openapi.ts';
import { ROUTES } from '../src/api/routes/index.ts';

const file = join(import.meta.dirname, 'src/api/schema.d.ts');
const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES, API_BASE))) as OpenAPI3;
const types = COMMENT_HEADER + astToString(await openapiTS(document, { alphabetize: true }));
if (!process.argv.includes('--check')) await writeFile(file, types);
else if ((await readFile(file, 'utf8')) !== types) {
  process.stderr.write('The types of the API are not as the routes are: run npm run gen.\n');
  process.exitCode = 1;
}
