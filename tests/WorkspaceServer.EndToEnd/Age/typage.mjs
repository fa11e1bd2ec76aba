// What age's own TypeScript implementation makes of a file.
// Usage: node typage.mjs FOLDER_WITH_PACKAGES encrypt|decrypt KEY_FILE INPUT OUTPUT
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [packages, action, keyFile, input, output] = process.argv.slice(2);
const { Decrypter, Encrypter } = await import(pathToFileURL(createRequire(packages + '/').resolve('age-encryption')));
const key = readFileSync(keyFile, 'utf8').trim();
if (action === 'encrypt') {
  const encrypter = new Encrypter();
  encrypter.addRecipient(key);
  writeFileSync(output, await encrypter.encrypt(readFileSync(input)));
} else {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  writeFileSync(output, await decrypter.decrypt(readFileSync(input)));
}
