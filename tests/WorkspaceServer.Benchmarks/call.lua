-- wrk script: POST /mcp, tools/call of execute_sql as revision 2026-07-28 asks, another 20 rows each time.
-- BENCH_TOKENS names a file of bearer tokens, taken in turn; empty for servers that ask for none.

local rows, step = 500000, 7919
local headers = {
  ["Content-Type"] = "application/json",
  ["Accept"] = "application/json, text/event-stream",
  ["MCP-Protocol-Version"] = "2026-07-28",
  ["Mcp-Method"] = "tools/call",
  ["Mcp-Name"] = "execute_sql",
}
local before = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute_sql","arguments":{"sql":"'
local after = '"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
  .. '"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0"},"io.modelcontextprotocol/clientCapabilities":{}}}}'
local tokens, number = {}, 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init()
  wrong, shown = 0, ""
  local file = os.getenv("BENCH_TOKENS") or ""
  if file ~= "" then
    for line in io.lines(file) do table.insert(tokens, line) end
  end
end

function request()
  number = number + 1
  if #tokens > 0 then headers["Authorization"] = "Bearer " .. tokens[number % #tokens + 1] end
  local first = number * step % (rows - 20)
  local sql = "SELECT id, day, party, amount, narration FROM ledger WHERE id BETWEEN " .. first .. " AND " .. first + 19
  return wrk.format("POST", "/mcp", headers, before .. sql .. after)
end

-- A right answer names at least 20 invoices.
function response(status, _, body)
  local found, at = 0, 1
  while at do
    found, at = found + 1, body:find("Invoice ", at, true)
    at = at and at + 1
  end
  if status ~= 200 or found <= 20 then
    wrong, shown = wrong + 1, status .. " " .. body:sub(1, 300)
  end
end

function done(summary, latency)
  local bad, sample = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, ""
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("wrong")
    sample = thread:get("shown")
  end
  print(string.format("result %d %d %d %d %d %s", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), bad, sample))
end
