#!/bin/sh
# Stands in for QEMU in the tests: prints CONSOLE, writes LOG and EVENTS where QEMU
# would, and ends as END says.
while [ $# -gt 0 ]; do
	case $1 in
	-D) events=$2 ;;
	-serial) case $2 in file:*) log=${2#file:} ;; esac ;;
	esac
	shift
done
printf "$LOG" >"$log"
printf "$EVENTS" >"$events"
printf "$CONSOLE"
[ -z "$STDERR" ] || echo "$STDERR" >&2
case $END in
hang) echo $$ >"$PIDFILE"; sleep 1000 & echo $! >>"$PIDFILE"; wait ;;
signal) kill -SEGV $$ ;;
cat) head -c "$BYTES"; exit 33 ;;
*) exit "$END" ;;
esac
