// A TypeScript client connects through OAuth, steps up, and prints what it got as one JSON document. Lines that begin with OPEN name what a browser is to open;
// the address that the browser is sent to comes back as a line on the callback's port.
// Usage: node connect.mjs FOLDER_WITH_PACKAGES MODE URL, where MODE is auto or legacy.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, mode, url] = process.argv.slice(2);
const require = createRequire(folder + '/');
const { Client, StreamableHTTPClientTransport, UnauthorizedError } = await import(pathToFileURL(require.resolve('@modelcontextprotocol/client')));

let arrived;
const callback = createServer((request, response) => {
  response.end('You can close this page.');
  arrived(new URL(request.url, 'http://127.0.0.1').searchParams);
});
await new Promise((done) => callback.listen(0, '127.0.0.1', done));
const redirectUrl = `http://127.0.0.1:${callback.address().port}/callback`;

const kept = {};
const provider = {
  redirectUrl,
  clientMetadata: { client_name: 'TypeScript client', redirect_uris: [redirectUrl], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'none' },
  clientInformation: () => kept.client,
  saveClientInformation: (client) => { kept.client = client; },
  tokens: () => kept.tokens,
  saveTokens: (tokens) => { kept.tokens = tokens; },
  saveCodeVerifier: (verifier) => { kept.verifier = verifier; },
  codeVerifier: () => kept.verifier,
  redirectToAuthorization: (address) => {
    kept.consents = (kept.consents ?? 0) + 1;
    kept.answer = new Promise((done) => { arrived = done; });
    console.log('OPEN ' + address);
  },
};

const withConsent = async (act) => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await kept.answer);
    return undefined;
  }
};
let transport;
let client;
const connect = async () => {
  transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
  client = new Client({ name: 'connect-' + mode, version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(transport);
  return true;
};
if (!(await withConsent(connect))) await connect();
const tools = (await client.listTools()).tools.map((tool) => tool.name);
const search = () => client.callTool({ name: 'search', arguments: { query: 'copper' } });
const found = (await withConsent(search)) ?? (await search());
console.log(JSON.stringify({ tools, found: found.content[0].text, error: found.isError ?? false, consents: kept.consents, scope: kept.tokens.scope, secret: kept.client.client_secret ?? null }));
await client.close();
callback.close();
