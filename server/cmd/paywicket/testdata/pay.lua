-- Pays each session of the file SESSIONS once; every thread takes its share.
local threads = 0
function setup(thread)
  thread:set("nth", threads)
  threads = threads + 1
end
function init()
  paths = {}
  local n = 0
  for line in io.lines(os.getenv("SESSIONS")) do
    if n % 2 == nth then paths[#paths + 1] = "/checkout/" .. line .. "/pay" end
    n = n + 1
  end
  at = 0
  headers = { ["Content-Type"] = "application/json" }
  body = '{"number":"4111111111111111","exp_month":12,"exp_year":2030,"cvv":"123","name":"Ada"}'
end
function request()
  at = at + 1
  return wrk.format("POST", paths[at] or "/used-up", headers, body)
end
