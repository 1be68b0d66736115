#!/bin/sh
# Checks sa.pml with spin, and that each mistake put into it is found: "make verify": minutes, and 1 GB.
# Needs spin and a C compiler. "verify.sh NAME…" makes some of the checks.
#
# What is to hold is searched completely: a search that reaches its depth, or is out of memory, counts as
# undecided, and fails. sa.pml says what is asserted in each, and what the defines mean.
cd "$(dirname "$0")" || exit 2
out=../../build/verify
mkdir -p $out || exit 2
command -v spin >/dev/null || { echo "verify: there is no spin; apt-get install spin" >&2; exit 2; }
status=0
wanted=" $* "

# check NAME holds|fails MODE DEFINES: one run of the verifier. MODE: safety; live, under weak fairness.
check() {
	name=$1 want=$2 mode=$3
	case "$wanted" in *"  "*|*" $name "*) ;; *) return ;; esac
	shift 3
	dir=$out/$name
	rm -rf "$dir" && mkdir "$dir" && cp sa.pml "$dir" || exit 2
	case $mode in
	safety) cc=-DSAFETY run=-m6000000 ;;
	live)   cc=-DNFAIR=3 run="-a -f -m4000000" ;;
	esac
	# Without optimization: the compiler would take longer than what it would save.
	(cd "$dir" && spin "$@" -a sa.pml >spin.out 2>&1 &&
		cc -O0 -w -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM=3500 $cc -o pan pan.c && ./pan $run >pan.out 2>&1)
	wrong=$(sed -n 's/^pan:1: \(.*\) (at depth.*/\1/p' "$dir/pan.out" | cut -c1-60)
	if [ -n "$wrong" ]; then
		got=fails
	elif grep -q 'errors: 0' "$dir/pan.out" && ! grep -q -e 'not completed' -e 'too small' -e 'out of memory' "$dir/pan.out"; then
		got=holds
	else
		got='is not decided'
	fi
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$dir/pan.out" | head -1)
	verdict=ok
	[ "$got" = "$want" ] || { verdict='NOT OK' status=1; }
	echo "$verdict $name: $got${wrong:+: $wrong}, $states states ($mode $*)"
}

# What is always asserted, with endless grants, takes and faults; more threads than slots; three VPs; and
# what each feature adds.
check grants    holds safety -DCPUS=2 -DBUD=255 -DFLT=255 -DWC -DNOYIELD
check waits     holds safety -DCPUS=2 -DWC
check three     holds safety -DCPUS=2 -DNT=3 -DNOYIELD -DWC
check evicted   holds safety -DCPUS=2 -DNT=4 -DNOPARK -DNOYIELD -DWC
check vps       holds safety -DNV=3 -DCPUS=3 -DNOPARK -DNOYIELD -DNOTICK -DWC
check signals   holds safety -DCPUS=2 -DSIG=1 -DNOPARK -DNOYIELD
check exit      holds safety -DCPUS=2 -DEXIT -DNOPARK
check fork      holds safety -DCPUS=2 -DFORK -DNOPARK
check handoff   holds safety -DCPUS=2 -DHAND=1 -DBUD=255 -DNOPARK -DNOYIELD

# What comes in the end.
check live      holds live -DLIVE=0
check live-1      holds live -DNV=1 -DNT=1 -DLIVE=0
check live-2    holds live -DCPUS=2 -DLIVE=0 -DNOPARK -DNOYIELD
check live-fault holds live -DLIVE=1 -DFLT=1 -DNOPARK -DNOYIELD
check live-evicted holds live -DNV=1 -DNT=3 -DLIVE=0
check pipe      holds live -DNV=1 -DPIPE -DLIVE=0
check lock      holds live -DCPUS=2 -DLOCKLIVE=1 -DBUD=2 -DNOPARK -DNOYIELD
check lock-handoff holds live -DCPUS=2 -DLOCKLIVE=1 -DBUD=1 -DHAND=2 -DNOTURN -DNOPARK -DNOYIELD
check signalled holds live -DCPUS=2 -DNT=1 -DSIG=1 -DSIGLIVE
check end       holds live -DCPUS=2 -DEXIT -DENDLIVE -DNOPARK -DNOYIELD

# The mistakes.
check w1  fails safety -DW1 -DCPUS=2
check w2  fails safety -DW2 -DCPUS=2 -DBUD=255
check w3  fails live -DW3 -DNV=1 -DNT=1 -DLIVE=0
check w4  fails live -DW4 -DCPUS=2 -DLOCKLIVE=1 -DBUD=2 -DNOPARK -DNOYIELD
check w5  fails safety -DW5 -DCPUS=2
check w6  fails live -DW6 -DLIVE=0 -DNOPARK -DNOYIELD
check w7  fails live -DW7 -DNV=1 -DPIPE -DLIVE=0
check w8  fails live -DW8 -DLIVE=0 -DNOPARK -DNOYIELD
check w9  fails safety -DW9 -DCPUS=2 -DWC
check w10 fails live -DW10 -DLIVE=0 -DNOPARK -DNOYIELD
check w11 fails live -DW11 -DLIVE=0 -DNOPARK -DNOYIELD
check w12 fails live -DW12 -DCPUS=2 -DNT=1 -DSIG=1 -DSIGLIVE
check w13 fails safety -DW13 -DSIG=1
check w14 fails safety -DW14 -DEXIT
check w15 fails safety -DW15 -DCPUS=2 -DFORK
check w16 fails safety -DW16 -DCPUS=2 -DHAND=1 -DBUD=255 -DFLT=1 -DNOPARK -DNOYIELD
check w17 fails safety -DW17 -DCPUS=2 -DWC
check w18 fails live -DW18 -DNV=1 -DNT=3 -DLIVE=0
check w19 fails safety -DW19 -DCPUS=2 -DEXIT
check w20 fails safety -DW20 -DCPUS=2 -DWC
check w21 fails safety -DW21 -DNV=1 -DNT=3
check w22 fails live -DW22 -DCPUS=2 -DLOCKLIVE=1 -DBUD=1 -DHAND=2 -DNOTURN -DNOPARK -DNOYIELD
exit $status
