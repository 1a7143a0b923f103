-- Posts a card with a number of its own in every request.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("SECRET_KEY")

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("seed", threads)
end

function init()
  math.randomseed(seed * 7919 + os.time())
end

-- The check digit (Luhn).
local function check(digits)
  local sum = 0
  for i = 1, #digits do
    local value = digits:byte(#digits + 1 - i) - 48
    if i % 2 == 1 then
      value = value * 2
      if value > 9 then value = value - 9 end
    end
    sum = sum + value
  end
  return (10 - sum % 10) % 10
end

function request()
  local digits = string.format("41111%010d", math.random(0, 9999999999))
  return wrk.format(nil, nil, nil, '{"number":"' .. digits .. check(digits) .. '","exp_month":12,"exp_year":2030}')
end
