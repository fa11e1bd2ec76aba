// A TypeScript client asks the server what every client asks, and prints what it got as one JSON document.
// Usage: node ask.mjs FOLDER_WITH_PACKAGES CLIENT URL TOKEN_FILE, where CLIENT is v2-auto, v2-legacy, v2-pinned or v1.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, kind, url, tokenFile] = process.argv.slice(2);
const require = createRequire(folder + '/');
const load = (name) => import(pathToFileURL(require.resolve(name)));
const token = readFileSync(tokenFile, 'utf8').trim();
const info = { name: 'ask-' + kind, version: '1.0.0' };
const options = { requestInit: { headers: { Authorization: `Bearer ${token}` } } };

async function connectNew() {
  const { Client, StreamableHTTPClientTransport } = await load('@modelcontextprotocol/client');
  const mode = { 'v2-auto': 'auto', 'v2-legacy': 'legacy', 'v2-pinned': { pin: '2026-07-28' } }[kind];
  const client = new Client(info, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), options));
  return { client, version: client.getNegotiatedProtocolVersion() };
}

async function connectOld() {
  const { Client } = await load('@modelcontextprotocol/sdk/client/index.js');
  const { StreamableHTTPClientTransport } = await load('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const transport = new StreamableHTTPClientTransport(new URL(url), options);
  const client = new Client(info);
  await client.connect(transport);
  return { client, version: transport.protocolVersion };
}

const { client, version } = kind === 'v1' ? await connectOld() : await connectNew();
const call = async (name, args) => {
  const result = await client.callTool({ name, arguments: args });
  return { error: result.isError ?? false, structured: result.structuredContent, text: result.content[0].text };
};
const answers = {
  version,
  server: client.getServerVersion()?.name,
  tools: (await client.listTools()).tools.map((tool) => tool.name),
  resources: (await client.listResources()).resources.map((resource) => resource.uri),
  prompts: (await client.listPrompts()).prompts.map((prompt) => prompt.name),
  calls: {
    list_tables: await call('list_tables', {}),
    describe_table: await call('describe_table', { table: 'invoices' }),
    execute_sql: await call('execute_sql', { sql: "SELECT name, sum(amount) AS total FROM invoices JOIN parties ON code = party WHERE party = 'P1' GROUP BY 1" }),
    search: await call('search', { query: 'copper' }),
    fetch: await call('fetch', { id: 'parties/P1' }),
    sync_status: await call('sync_status', {}),
    mistake: await call('execute_sql', { sql: 'SELECT amt FROM invoices' }),
  },
};
await client.close();
console.log(JSON.stringify(answers));
