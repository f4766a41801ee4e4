-- Sends each signed body of a file once: arguments are the file and the number of threads. A line is a signature, a space, a body.
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  bodies, sent = {}, 0
  local number = 0
  for line in io.lines(args[1]) do
    if number % tonumber(args[2]) == id then table.insert(bodies, line) end
    number = number + 1
  end
end

function request()
  sent = sent + 1
  local signature, body = bodies[sent]:match("^(%S+) (.*)$")
  return wrk.format("POST", nil, { ["X-Hub-Signature-256"] = signature, ["Content-Type"] = "application/json" }, body)
end
