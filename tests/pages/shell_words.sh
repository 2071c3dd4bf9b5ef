# What the tests of the pages put in the place of what has no end by itself.

# `study-app serve` goes on until somebody stops it: it is started, waited for, and stopped when
# the block is over. Whatever port the page names, a free one is taken.
study-app() {
  if [ "${1-}" != serve ]; then
    command study-app "$@"
    return
  fi
  command study-app "$@" --port "$PAGE_PORT" >served.log 2>&1 &
  local server=$! tries
  for tries in $(seq 300); do
    if python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:$PAGE_PORT/readyz')" 2>/dev/null; then
      trap "stop_server $server" EXIT
      return 0
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
  done
  cat served.log
  return 1
}

# Ctrl-C must end a server with a good exit code.
stop_server() {
  local code=$?
  kill -TERM "$1"
  wait "$1" || code=$?
  exit "$code"
}

# `interrupted FILE COMMAND...` ends a command like Ctrl-C as soon as it has written a file.
interrupted() {
  local file=$1 code=0
  shift
  setsid env --default-signal=INT "$@" &
  local process=$!
  until [ -e "$file" ]; do
    kill -0 "$process" || return 1
    sleep 0.1
  done
  # again and again, as people do: an interruption is lost where it meets a library's callback
  while kill -INT -- "-$process" 2>/dev/null; do
    sleep 0.5
  done
  wait "$process" || code=$?
  [ "$code" -ne 0 ] # it had ended by itself: nothing was interrupted
}
