// Runs an S3 server with one bucket, in a folder, until standard input ends. Prints its port. Keys: S3RVER / S3RVER.
// Usage: node s3.mjs FOLDER_WITH_PACKAGES FOLDER strict|lenient
// A lenient one takes wrong signatures: this server leaves the slash behind a bucket's name out of what it checks, so it takes a signed list for a forged one.
import { createRequire } from 'node:module';
import process from 'node:process';

const require = createRequire(process.argv[2] + '/');
const S3rver = require('@20minutes/s3rver');
const server = new S3rver({ port: 0, address: '127.0.0.1', directory: process.argv[3], silent: true, allowMismatchedSignatures: process.argv[4] === 'lenient', configureBuckets: [{ name: 'backups' }] });
console.log((await server.run()).port);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
