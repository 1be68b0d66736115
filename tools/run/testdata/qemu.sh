#!/bin/sh
# Stands in for QEMU in the tests: prints CONSOLE, writes LOG, EVENTS and the file TRACE
# where QEMU would, and ends as END says.
while [ $# -gt 0 ]; do
	case $1 in
	-D) events=$2 ;;
	-chardev) case $2 in file,id=trace,path=*) trace=${2#*path=} ;; esac ;;
	-serial) case $2 in file:*) log=${2#file:} ;; esac ;;
	esac
	shift
done
printf "$LOG" >"$log"
printf "$EVENTS" >"$events"
[ -z "$TRACE" ] || cat "$TRACE" >"$trace"
printf "$CONSOLE"
[ -z "$STDERR" ] || echo "$STDERR" >&2
case $END in
hang) echo $$ >"$PIDFILE"; sleep 1000 & echo $! >>"$PIDFILE"; wait ;;
signal) kill -SEGV $$ ;;
cat) head -c "$BYTES"; exit 33 ;;
*) exit "$END" ;;
esac
