// Writes each of age's published test vectors (C2SP/CCTV) to a file of its name.
// Usage: node vectors.mjs FOLDER_WITH_PACKAGES FOLDER
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, folder] = process.argv.slice(2);
const vectors = await import(pathToFileURL(createRequire(packages + '/').resolve('cctv-age')));
for (const [name, bytes] of Object.entries(vectors)) {
  if (bytes instanceof Uint8Array) writeFileSync(join(folder, name), bytes);
}
