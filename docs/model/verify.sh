#!/bin/sh
# Checks sa.pml and slots.pml with spin, and that each mistake put into it is found: "make verify". Eight minutes,
# and 3 GB. Needs spin and a C compiler. "verify.sh NAME…" makes some of the checks.
cd "$(dirname "$0")" || exit 2
out=../../build/verify
mkdir -p $out || exit 2
command -v spin >/dev/null || { echo "verify: there is no spin; apt-get install spin" >&2; exit 2; }
status=0
wanted=" $* "
model=sa

# check NAME holds|fails MODE DEFINES: one run of the verifier. MODE: safety; shortest, breadth
# first; live, under weak fairness.
check() {
	name=$1 want=$2 mode=$3
	case "$wanted" in *"  "*|*" $name "*) ;; *) return ;; esac
	shift 3
	dir=$out/$name
	rm -rf "$dir" && mkdir "$dir" && cp $model.pml "$dir" || exit 2
	case $mode in
	safety)   cc=-DSAFETY run="-m3000000" ;;
	shortest) cc=-DBFS run= ;;
	live)     cc=-DNFAIR=3 run="-a -f -m12000000" ;;
	esac
	(cd "$dir" && spin "$@" -a $model.pml >spin.out 2>&1 && cc -O2 -w -DCOLLAPSE -DMEMLIM=6000 $cc -o pan pan.c &&
		./pan $run >pan.out 2>&1)
	if grep -q 'errors: 0' "$dir/pan.out" && ! grep -q -e 'not completed' -e 'too small' "$dir/pan.out"; then
		got=holds
	elif grep -q 'errors: 1' "$dir/pan.out"; then
		got=fails
	else
		got='is not decided'
	fi
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$dir/pan.out" | head -1)
	verdict=ok
	[ "$got" = "$want" ] || { verdict='NOT OK' status=1; }
	echo "$verdict $name: $got, $states states ($*)"
}

# The protocol.
check safe holds safety -DKLIM=1 -DWC -DBUD=3 -DFLT=0
check live holds live -DLIVE=0 -DBUD=0 -DFLT=0
check live-fault holds live -DLIVE=1 -DBUD=0 -DFLT=1
check pipe holds live -DPIPE -DLIVE=0 -DBUD=0 -DFLT=0
check lock holds live -DLOCKLIVE=1 -DBUD=2 -DFLT=0

# The mistakes.
check w1 fails shortest -DW1 -DBUD=255 -DFLT=0
check w2 fails shortest -DW2 -DBUD=255 -DFLT=0
check w3 fails live -DW3 -DLIVE=0 -DBUD=2 -DFLT=0
check w4 fails live -DW4 -DLOCKLIVE=2 -DBUD=2 -DFLT=0
check w5 fails shortest -DW5 -DBUD=255 -DFLT=0
check w6 fails live -DW6 -DLIVE=0 -DBUD=0 -DFLT=0
check w7 fails live -DW7 -DPIPE -DLIVE=0 -DBUD=2 -DFLT=0
check w8 fails live -DW8 -DLIVE=0 -DBUD=0 -DFLT=0
check w9 fails shortest -DW9 -DWC -DBUD=255 -DFLT=0
check w10 fails live -DW10 -DLIVE=0 -DBUD=0 -DFLT=0
check w11 fails live -DW11 -DLIVE=0 -DBUD=0 -DFLT=0

# slots.pml: holds, and mistakes. XS: in the end everybody runs if there is a slot more than threads that
# may be in one. If there is none, a thread that is ready and in no slot waits for as long as those that
# are in slots do not leave by themselves: this model evicts nobody (U11).
model=slots
check slots holds safety -DWC -DBUD=0 -DFLT=0
check slots-exit holds safety -DEXIT -DBUD=0 -DFLT=0
check slots-fork holds safety -DFORK -DBUD=0 -DFLT=0
check slots-live holds live -DLIVE=0 -DXS=1 -DBUD=0 -DFLT=0
check slots-starved fails live -DLIVE=0 -DBUD=0 -DFLT=0
check slots-w1 fails safety -DW1 -DBUD=0 -DFLT=0
check slots-w2 fails safety -DW2 -DBUD=2 -DFLT=0
check slots-w5 fails safety -DW5 -DBUD=3 -DFLT=0
check slots-w9 fails safety -DW9 -DWC -DBUD=3 -DFLT=0
check slots-w12 fails live -DW12 -DSIG=1 -DSIGLIVE -DXS=1 -DBUD=0 -DFLT=0
check slots-w13 fails safety -DW13 -DSIG=1 -DBUD=0 -DFLT=0
check slots-w14 fails safety -DW14 -DEXIT -DBUD=0 -DFLT=0
check slots-w17 fails safety -DW17 -DWC -DBUD=3 -DFLT=0
exit $status
