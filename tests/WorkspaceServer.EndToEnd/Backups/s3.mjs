// Runs an S3 server with one bucket, in a folder, until standard input ends. Prints its port. Keys: S3RVER / S3RVER.
// Usage: node s3.mjs FOLDER_WITH_PACKAGES FOLDER strict|lenient|mute
// A lenient one takes wrong signatures: this server leaves the slash behind a bucket's name out of what it checks, so it takes a signed list for a forged one.
// It answers "not implemented" when it is asked which uploads were begun and never ended, and when one is to be ended; a lenient one gets both from here, on its own files,
// as the API's reference tells them: ListMultipartUploads, AbortMultipartUpload. A mute one is lenient and leaves it at that.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import process from 'node:process';

const require = createRequire(process.argv[2] + '/');
const S3rver = require('@20minutes/s3rver');
const [folder, how] = process.argv.slice(3);
const server = new S3rver({ port: 0, address: '127.0.0.1', directory: folder, silent: true, allowMismatchedSignatures: how !== 'strict', configureBuckets: [{ name: 'backups' }] });

const begun = path.join(folder, 'backups', '._S3rver_uploads');
const keyOf = (id) => fs.readFileSync(path.join(begun, id, 'key'), 'utf8');

function listUploads(prefix, response) {
  const uploads = (fs.existsSync(begun) ? fs.readdirSync(begun) : [])
    .map((id) => ({ id, key: keyOf(id), at: fs.statSync(path.join(begun, id, 'key')).mtime.toISOString() }))
    .filter((upload) => upload.key.startsWith(prefix))
    .map((upload) => `<Upload><Key>${upload.key}</Key><UploadId>${upload.id}</UploadId><Initiated>${upload.at}</Initiated></Upload>`);
  response.setHeader('Content-Type', 'application/xml');
  response.end(`<?xml version="1.0" encoding="UTF-8"?><ListMultipartUploadsResult><Bucket>backups</Bucket><IsTruncated>false</IsTruncated>${uploads.join('')}</ListMultipartUploadsResult>`);
}

function abortUpload(key, id, response) {
  const isThere = /^[0-9a-zA-Z-]+$/.test(id) && fs.existsSync(path.join(begun, id)) && keyOf(id) === key;
  if (isThere) fs.rmSync(path.join(begun, id), { recursive: true });
  response.statusCode = isThere ? 204 : 404;
  response.end();
}

// As S3 answers; this server would make a folder for the part and fail only at the end.
function refuseUpload(response) {
  response.statusCode = 404;
  response.setHeader('Content-Type', 'application/xml');
  response.end('<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchUpload</Code><Message>There is no such upload.</Message></Error>');
}

if (how === 'lenient') {
  const callback = server.callback.bind(server);
  server.callback = () => {
    const answer = callback();
    return (request, response) => {
      const url = new URL(request.url, 'http://127.0.0.1');
      if (request.method === 'GET' && url.searchParams.has('uploads')) return listUploads(url.searchParams.get('prefix') ?? '', response);
      if (request.method === 'DELETE' && url.searchParams.has('uploadId')) return abortUpload(decodeURIComponent(url.pathname).replace('/backups/', ''), url.searchParams.get('uploadId'), response);
      if (url.searchParams.has('uploadId') && !fs.existsSync(path.join(begun, url.searchParams.get('uploadId'), 'key'))) return refuseUpload(response);
      return answer(request, response);
    };
  };
}

console.log((await server.run()).port);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
