/* The activation protocol once more, nearer to ulib/activation.go than sa.pml, which is smaller and goes
 * further in grants and takes: a slot is a VP's, not a thread's, and whose registers are in one that comes
 * back is what ulib has noted in owner[], or VP.cur of the VP that has named it; threads switch to each
 * other without the scheduler; signals, a fault, the end, fork. verify.sh has what is checked. HAND,
 * NV=3, and whether all is well with SIG, are written and are checked by nobody yet.
 * Steps are as in sa.pml.
 *
 *   NV   VPs                               KLIM slots in the kernel at most: nslot - nvp
 *   XS   slots beyond NV+KLIM, which the kernel does not hold (see verify.sh: starved)
 *   BUD  grants and takes (255: endless)   FLT  page faults in the handler
 *   PIPE threads 1 and 2 are woken by a running thread only
 *   HAND who spins hands his CPU over      SIG=n  signals from outside, and one fault of a thread
 *   EXIT the process ends at any moment    FORK   a thread forks once, and we go on as the child, or not
 *   WC   assert: no VP idles beside work   LIVE=t  thread t, ready, comes to run
 *   LOCKLIVE=v+1  VP v's lock is released  SIGLIVE  signals are taken      ENDLIVE  all VPs end
 *
 * Ghosts: loc[] where a thread is, val[] whose registers are in a slot, V[].on whose on a VP.
 * -DW1 ... put a mistake in; verify.sh has those that are found in seconds:
 *   W1  ulib names another slot while upcalls are enabled
 *   W2  there is no resume range
 *   W3  sa_yield compares no counter
 *   W4  a private save has no precedence, a take has no grace and any victim
 *   W5  only the VP that has had the upcall knows whose its slot was
 *   W6  the ready list is one VP's
 *   W7  a plain block is never converted            (with PIPE)
 *   W8  no quantum
 *   W9  waking a thread does not make sa_yield return (with WC)
 *   W10 a redo puts the chosen thread last, and a tick counts before it ran
 *   W11 what comes while a thread is being resumed has it taken off at once
 *   W12 a signal does not make sa_yield return      (with SIG)
 *   W13 the thread of a fault is put on the ready list, too (with SIG)
 *   W14 a call that ends after the process has is told of (with EXIT)
 *   W15 fork does not take ulib's lock              (with FORK)
 *   W16 a CPU is handed to a VP that idles          (with HAND)
 *   W17 who finds a thread and goes on with his own tells no idle VP (with WC)
 */
#ifndef NV
#define NV 2
#endif
#ifndef KLIM
#define KLIM 1
#endif
#define NT 3
#ifndef XS
#define XS 0
#endif
#define NS (NV+KLIM+XS)
#define NONE 15
#define GARB 14

/* V[].st */
#define RUN   0
#define NOCPU 1
#define IDLE  2
#define PLAIN 3           /* open, blocked in the kernel with its thread */
#define WAIT  4           /* closed, blocked */
#define ENDED 5
/* V[].pc: the scheduler */
#define ULST  0           /* an upcall: whose thread was it; signals */
#define UFND  1           /* find: the ready list, the run queue */
#define UDRN  2           /* taking the ready list, under the lock */
#define UPCK  3
#define UIDL  4           /* idle is set: look once more */
#define USLP  5           /* sa_yield */
#define UWOK  6           /* it has returned */
#define URES  7           /* resume */
#define UENA  8
#define UCHK  9           /* lo */
#define URED 10
#define UIRT 11
#define UAGN 12           /* hi: once more */
#define UAG2 13
/* a thread */
#define TH   14
#define YLD  15
#define PRK  16
#define WAK  17
#define WCAL 18
#define EENA 19           /* the end of a section */
#define ECHK 20
#define LK1  21           /* look */
#define LK2  22
#define EEN2 23
#define FLK  24
#define FRK  25
#define W1B  26
/* What is said of what comes in the end takes for granted two things. ulib looks once more as often as
 * something has become pending while it resumed a thread: that is so once, for a tick does not come at
 * every step. And a thread that blocks plainly again and again is in user mode when a tick comes: when
 * its call ends, that is as if one came. */
#if defined(LIVE) || defined(LOCKLIVE) || defined(SIGLIVE) || defined(ENDLIVE)
#define REDO(v)     V[v].redo
#define REDONE(v,x) V[v].redo=x
#define GOESON(v)   0
#else
#define REDO(v)     0
#define REDONE(v,x) skip
#define GOESON(v)   (running<ncpu && len(saves)==0)
#endif
#define RANGE(p) ((p)==UCHK || (p)==URED || (p)==UIRT)
/* loc */
#define CPU   0
#define HAND_ 1           /* chosen by a VP, not resumed yet */
#define READY 2
#define RUNQ  3
#define BLK   4           /* in the kernel */
#define PARK  5
#define FLTD  6           /* in its slot because of a fault, for its VP to deal with */

typedef vp {
  byte st; byte pc;
  bool priv;    /* NOCPU: saved privately */
  bool gr; bool ran;
  bool dis; bool pend; byte slot;    /* the words */
  byte mine; byte cur;               /* ulib's: the slot it has named; the thread, NONE: scheduler */
  byte on;                           /* ghost */
  byte nxt; byte ret; bool fresh; bool idle; bool redo
}
vp V[NV];
byte loc[NT]; bool vol[NT];          /* vol: it left by itself, its registers are on its stack */
byte val[NS]; byte owner[NS]; byte kth[NS];   /* kth: the thread whose call holds the slot */
byte lk; bool waking; byte ncpu = 1; byte nK; byte bud = BUD; bool flt = FLT;
byte sigp; bool dead; bool alone;
#ifdef SIG
byte sigs = SIG; bool once = 1;
#endif
#ifdef FORK
bool forks = 1;
#endif
#ifdef W6
chan ready[NV] = [NS] of { byte };
#define R(v) ready[v]
#else
chan ready[1] = [NS] of { byte };
#define R(v) ready[0]
#endif
chan drn = [NS] of { byte };         /* what the holder of the lock has taken */
chan runq = [NT] of { byte };
chan saves = [NV] of { byte };       /* VPs that want a CPU, first come first served */
chan wants = [NV] of { byte };
hidden byte i_, f_, s_, t_, n_;      /* within a step */

#if NV==2
#define running  ((V[0].st==RUN)+(V[1].st==RUN))
#define anyidle  (V[0].idle || V[1].idle)
#define openrun  (open(0) || open(1))
#define sleeping (V[0].st==IDLE || V[1].st==IDLE)
#define allended (V[0].st==ENDED && V[1].st==ENDED)
#else
#define running  ((V[0].st==RUN)+(V[1].st==RUN)+(V[2].st==RUN))
#define anyidle  (V[0].idle || V[1].idle || V[2].idle)
#define openrun  (open(0) || open(1) || open(2))
#define sleeping (V[0].st==IDLE || V[1].st==IDLE || V[2].st==IDLE)
#define allended (V[0].st==ENDED && V[1].st==ENDED && V[2].st==ENDED)
#endif
#define open(v)  (V[v].st==RUN && !V[v].dis)
#define lives    (!dead && !alone)
#define parked   (loc[0]==PARK || loc[1]==PARK || loc[2]==PARK)

/* The kernel. */

inline wakeidle() {
  i_=0; f_=NONE;
  do :: i_<NV -> if :: V[i_].st==IDLE && f_==NONE -> f_=i_ :: else fi; i_++ :: else -> break od;
  if :: f_!=NONE -> V[f_].st=NOCPU; V[f_].priv=0; V[f_].pc=UWOK; wants!f_ :: else fi
}
inline pendclosed() {
  i_=0;
  do :: i_<NV -> if :: V[i_].dis && V[i_].st!=IDLE && V[i_].st!=ENDED -> V[i_].pend=1 :: else fi; i_++
     :: else -> break od
}
inline void_() { i_=0; do :: i_<NV -> V[i_].fresh=0; i_++ :: else -> break od }
inline note() { void_(); wakeidle(); pendclosed() }
/* slot s becomes ulib's again */
inline push(s) {
  assert(!dead && val[s]!=NONE);
#ifdef W6
  if :: V[0].st==IDLE -> ready[0]!s :: V[0].st!=IDLE && V[1].st==IDLE -> ready[1]!s
     :: V[0].st!=IDLE && V[1].st!=IDLE -> if :: ready[0]!s :: ready[1]!s fi fi;
#else
  assert(len(ready[0])<NS); ready[0]!s;
#endif
  note()
}
/* an upcall: the VP makes it when it has a CPU */
inline upcall(v) { V[v].dis=1; V[v].slot=NONE; V[v].on=NONE; V[v].nxt=NONE; REDONE(v,0); V[v].pc=ULST }
/* the thread of an open VP goes to its slot */
inline save(v) {
  n_=V[v].slot; assert(!V[v].dis && n_<NS && kth[n_]==NONE);
  if :: RANGE(V[v].pc) -> t_=V[v].nxt; assert(val[n_]==t_ && loc[t_]==HAND_);
#ifdef W2
        val[n_]=GARB
#endif
     :: else -> t_=V[v].on; assert(val[n_]==NONE && loc[t_]==CPU); val[n_]=t_ fi;
  loc[t_]=READY; upcall(v)
}
inline post(v) { save(v); push(n_) }
inline keep(v) { V[v].st=NOCPU; V[v].priv=1; saves!v }
inline want(v) { V[v].st=NOCPU; V[v].priv=0; wants!v }
inline start(v) {
  assert(V[v].st==NOCPU && !dead && (V[v].priv || V[v].dis && (V[v].pc==ULST || V[v].pc==UWOK)));
  V[v].st=RUN; V[v].priv=0; V[v].ran=0; V[v].gr=0
}
inline hold(v) {
  n_=V[v].slot; assert(kth[n_]==NONE && val[n_]==NONE && V[v].on!=NONE);
  nK++; assert(nK<=KLIM);
  kth[n_]=V[v].on; loc[V[v].on]=BLK; upcall(v)
}
inline block(v) {
  if :: dead -> V[v].st=ENDED
     :: !dead && nK<KLIM -> hold(v)
     :: !dead && nK>=KLIM -> V[v].st=PLAIN; loc[V[v].on]=BLK fi
}
inline convert() {
#ifndef W7
  i_=0; f_=NONE;
  do :: i_<NV -> if :: V[i_].st==PLAIN && f_==NONE -> f_=i_ :: else fi; i_++ :: else -> break od;
  if :: f_!=NONE && nK<KLIM -> hold(f_); want(f_) :: else fi
#else
  skip
#endif
}
inline unblock(s) { nK--; val[s]=kth[s]; loc[kth[s]]=READY; kth[s]=NONE; push(s); convert() }
inline endplain(v) {
  loc[V[v].on]=CPU;
  if :: GOESON(v) -> V[v].st=RUN; V[v].ran=0; V[v].gr=0
     :: else -> want(v); post(v) fi
}

proctype Dispatch() {
end: do
  :: atomic { lives && running<ncpu && (len(saves)>0 || len(wants)>0) ->
#ifdef W4
     if :: len(saves)>0 -> saves?s_ :: len(wants)>0 -> wants?s_ fi;
#else
     if :: len(saves)>0 -> saves?s_ :: len(saves)==0 -> wants?s_ fi;
#endif
     start(s_) }
  od
}
/* tick: seen by every running VP; at most one per user step */
inline tick1(v) {
  if :: open(v) && RANGE(V[v].pc) ->
#ifdef W10
        post(v)
#else
        skip                                       /* it has not run yet: next tick */
#endif
     :: open(v) && !RANGE(V[v].pc) ->
#ifdef W8
        if :: len(R(v))>0 -> post(v) :: else fi
#else
        post(v)
#endif
     :: V[v].st==RUN && V[v].dis -> V[v].pend=1;
        if :: running>ncpu && V[v].gr -> keep(v) :: running>ncpu && !V[v].gr -> V[v].gr=1 :: else fi
     :: else fi
}
#define ticked(v) (V[v].st!=RUN || V[v].ran)
proctype Tick() { byte v;
end: do
  :: atomic { lives && running>0 && ticked(0) && ticked(1)
#if NV==3
     && ticked(2)
#endif
     -> v=0; do :: v<NV -> tick1(v); v++ :: else -> break od;
#ifndef W4   /* a private save waits, and all are closed: one of them is saved, and it goes on */
     if :: len(saves)>0 && running>=ncpu && running>0 && !openrun ->
           v=0; do :: v<NV && V[v].st!=RUN -> v++ :: else -> break od;
           saves?s_; keep(v); if :: running<ncpu -> start(s_) :: else -> saves!s_ fi
        :: else fi;
#endif
     v=0; do :: v<NV -> V[v].ran=0; v++ :: else -> break od; v=0 }
  od
}
/* the allocator gives, and asks for what it takes */
proctype Alloc() {
end: do
  :: atomic { lives && bud>0 && ncpu<NV -> ncpu++; if :: bud<255 -> bud-- :: else fi }
  :: atomic { lives && bud>1 && ncpu>0 -> ncpu--; if :: bud<255 -> bud-- :: else fi }
  od
}
/* what an open VP does when it is kicked: gives up its CPU if too many run or a private save waits, or
   else takes what there is. A closed one is told, and stopped at its second tick (W4: at once). */
#define over     (running>ncpu || len(saves)>0 && running>=ncpu)
inline edge(v) {
  if :: lives && over && open(v) -> want(v); post(v)
     :: lives && !over && open(v) && !RANGE(V[v].pc) && (len(R(v))>0 || sigp>0) -> post(v)
     :: lives && !over && open(v) && RANGE(V[v].pc) && (len(R(v))>0 || sigp>0) && !V[v].pend ->
#ifdef W11
        post(v)
#else
        V[v].pend=1
#endif
#ifdef W4
     :: lives && running>ncpu && V[v].st==RUN && V[v].dis -> keep(v)
#endif
  fi
}
proctype Edge() {
end: do
  :: atomic { edge(0) }
  :: atomic { edge(1) }
#if NV==3
  :: atomic { edge(2) }
#endif
  od
}
/* devices: a call ends; a page arrives */
#ifdef PIPE
#define comes(t) (t==0)
#else
#define comes(t) 1
#endif
#ifdef W14
#define tells(s) (!alone && kth[s]!=NONE && comes(kth[s]))
#else
#define tells(s) (lives && kth[s]!=NONE && comes(kth[s]))
#endif
#define device(v) \
  :: atomic { lives && V[v].st==PLAIN && comes(V[v].on) -> endplain(v) } \
  :: atomic { lives && V[v].st==WAIT -> keep(v) }
proctype Device() {
end: do
  :: atomic { tells(0) -> unblock(0) }
  :: atomic { tells(1) -> unblock(1) }
  :: atomic { tells(2) -> unblock(2) }
#if NV+KLIM+XS>3
  :: atomic { tells(3) -> unblock(3) }
#endif
  device(0)
  device(1)
#if NV==3
  device(2)
#endif
  od
}
#ifdef SIG
proctype Sender() {
end: do
  :: atomic { lives && sigs>0 -> sigs--; sigp++;
#ifndef W12
     void_();
#endif
     wakeidle(); pendclosed() }
  od
}
#endif
#ifdef EXIT
proctype End() {
  atomic { !dead -> dead=1 };
end: do
  :: atomic { V[0].st!=ENDED -> V[0].st=ENDED }
  :: atomic { V[1].st!=ENDED -> V[1].st=ENDED }
#if NV==3
  :: atomic { V[2].st!=ENDED -> V[2].st=ENDED }
#endif
  od
}
#endif

/* ulib. */

/* the kernel has taken the thread that w ran: it is in the slot that w had named */
inline lost(w) {
  if :: V[w].cur!=NONE -> assert(V[w].mine!=NONE && owner[V[w].mine]==NONE);
        owner[V[w].mine]=V[w].cur; V[w].mine=NONE; V[w].cur=NONE
     :: else fi
}
/* an idle VP is to look, unless one is on its way */
inline wakes() { if :: anyidle && !waking && len(runq)>0 -> waking=1; note() :: else fi }
inline getlock(v) { assert(lk==0); lk=v+1 }
/* the ready list is taken, if there is anything on it; then v goes on at r */
inline drain(v, r) {
  if :: len(R(v))==0 -> V[v].pc=r
     :: len(R(v))>0 && lk==0 -> getlock(v);
        do :: len(R(v))>0 -> R(v)?s_; drn!s_ :: else -> break od;
        V[v].ret=r; V[v].pc=UDRN
     :: len(R(v))>0 && lk!=0 -> spin(v)
  fi
}
inline spin(v) {
#ifdef HAND
  if :: skip
#ifdef W16
     :: lk!=v+1 && V[lk-1].st!=RUN && running<=ncpu ->
#else
     :: lk!=v+1 && V[lk-1].st==NOCPU && running<=ncpu ->
#endif
        n_=lk-1; assert(V[n_].priv);
        do :: len(saves)>0 -> saves?s_; if :: s_==n_ -> break :: else -> saves!s_ fi od;
        keep(v); start(n_)
  fi
#else
  skip
#endif
}
/* v, in a section, leaves its thread for n, out of the run queue */
inline swtch(v, n) {
  if :: vol[n] -> vol[n]=0; V[v].cur=n; V[v].on=n; loc[n]=CPU; V[v].pc=EENA
     :: else -> V[v].cur=NONE; V[v].on=NONE; V[v].nxt=n; loc[n]=HAND_; V[v].pc=URES fi
}
/* f_: a slot that nobody has named and that holds nobody */
inline freeslot() {
  s_=0; f_=NONE;
  do :: s_<NS -> n_=0; i_=0;
        do :: i_<NV -> if :: V[i_].mine==s_ -> n_=1 :: else fi; i_++ :: else -> break od;
        if :: n_==0 && owner[s_]==NONE && f_==NONE -> f_=s_ :: else fi; s_++
     :: else -> break od
}
/* s_: the slot that t is in */
inline slotof(t) { s_=0; do :: s_<NS && owner[s_]!=t -> s_++ :: else -> break od; assert(s_<NS) }

proctype VP(byte v) {
  byte t;
end: do
  :: atomic { V[v].st==RUN && (!alone || V[v].pc==EENA) ->
     V[v].ran=1;
     if
     :: V[v].pc==ULST -> assert(V[v].dis);
        if :: lk==0 -> t=V[v].cur; lost(v);
#ifdef SIG
              if :: t!=NONE && loc[t]==FLTD -> loc[t]=RUNQ; runq!t :: else fi;   /* its fault: we saw to it */
#endif
              t=0; V[v].pc=UFND
           :: else -> spin(v) fi
#ifdef SIG
     :: V[v].pc==UFND && sigp>0 -> sigp--                /* sa_sigtake */
#endif
     :: V[v].pc==UFND && sigp==0 -> V[v].pend=0; drain(v, UPCK)
     :: V[v].pc==UDRN -> assert(lk==v+1);
        if :: len(drn)>0 -> drn?s_; t=owner[s_];
              if :: t==NONE ->                           /* its VP has not had the upcall yet */
#ifdef W5
                    assert(0);
#endif
                    i_=0; do :: i_<NV && V[i_].mine!=s_ -> i_++ :: else -> break od; assert(i_<NV);
                    t=V[i_].cur; lost(i_)
                 :: else fi;
              assert(t!=NONE && val[s_]==t && loc[t]==READY && !vol[t]);
              loc[t]=RUNQ; runq!t; t=0
           :: len(drn)==0 -> lk=0; V[v].pc=V[v].ret; V[v].ret=0
           :: flt && bud>0 -> flt=0; V[v].st=WAIT         /* page fault in the handler */
        fi
     :: V[v].pc==UPCK ->
        if :: len(runq)>0 -> runq?t; assert(loc[t]==RUNQ); loc[t]=HAND_; V[v].nxt=t; t=0; wakes(); V[v].pc=URES
           :: len(runq)==0 -> V[v].fresh=1; V[v].idle=1; V[v].pc=UIDL fi
     :: V[v].pc==UIDL -> if :: len(runq)>0 || len(R(v))>0 -> V[v].pc=UWOK :: else -> V[v].pc=USLP fi
     :: V[v].pc==USLP ->                                  /* sa_yield(seen) */
#ifdef W3
        V[v].fresh=1;
#endif
        if :: V[v].fresh ->
#ifndef W3
              assert(len(R(v))==0);
#endif
              V[v].st=IDLE; V[v].fresh=0; V[v].pend=0
           :: else -> V[v].pc=UWOK fi
     :: V[v].pc==UWOK -> V[v].idle=0; waking=0; V[v].pc=UFND
     :: V[v].pc==URES -> t=V[v].nxt; assert(loc[t]==HAND_);
        if :: vol[t] && V[v].mine!=NONE ->                /* by SWITCH: on its own stack */
              assert(V[v].slot==V[v].mine); vol[t]=0; V[v].nxt=NONE; V[v].cur=t; V[v].on=t; loc[t]=CPU; V[v].pc=EENA
           :: vol[t] && V[v].mine==NONE && lk==0 -> freeslot();
              if :: f_!=NONE -> V[v].mine=f_; V[v].slot=f_
                 :: else -> loc[t]=RUNQ; runq!t; V[v].nxt=NONE; V[v].pc=UPCK   /* another one can run */
              fi
           :: !vol[t] && lk==0 -> slotof(t);
              V[v].mine=s_; V[v].slot=s_; V[v].cur=t; owner[s_]=NONE; V[v].pend=0; V[v].pc=UENA
           :: (!vol[t] || V[v].mine==NONE) && lk!=0 -> spin(v)
        fi; t=0
     :: V[v].pc==UENA -> V[v].dis=0; V[v].pc=UCHK
     :: V[v].pc==UCHK -> if :: V[v].pend && !REDO(v) -> V[v].pc=URED :: else -> V[v].pc=UIRT fi
     :: V[v].pc==URED -> V[v].dis=1; V[v].pc=UAGN
     :: V[v].pc==UAGN -> drain(v, UAG2)
     :: V[v].pc==UAG2 -> V[v].pend=0;
#ifndef W17
        wakes();
#endif
#ifdef W10
        t=V[v].nxt; loc[t]=RUNQ; runq!t; t=0; V[v].nxt=NONE; owner[V[v].mine]=V[v].cur; V[v].mine=NONE; V[v].slot=NONE; V[v].cur=NONE; V[v].pc=UPCK
#else
        V[v].pc=UENA; REDONE(v,1)
#endif
     :: V[v].pc==UIRT -> t=V[v].nxt; assert(val[V[v].slot]==t && loc[t]==HAND_);
        val[V[v].slot]=NONE; loc[t]=CPU; V[v].on=t; V[v].nxt=NONE; t=0; REDONE(v,0); V[v].pc=TH
     :: V[v].pc==TH -> t=V[v].on;
        assert(loc[t]==CPU && V[v].cur==t && V[v].slot==V[v].mine && V[v].slot!=NONE && kth[V[v].slot]==NONE && val[V[v].slot]==NONE);
#ifdef WC   /* work conserving: nobody sleeps beside a run queue with something in it */
        assert(!(sleeping && len(runq)>0));
#endif
        if
        :: skip                                           /* compute */
        :: V[v].dis=1; V[v].pc=YLD
        :: !parked -> V[v].dis=1; V[v].pc=PRK             /* wait on a user lock */
        :: parked -> V[v].dis=1; V[v].pc=WAK
        :: block(v)
#ifdef PIPE   /* write to the pipe that it reads */
        :: kth[0]!=NONE && kth[0]!=0 -> unblock(0)
        :: kth[1]!=NONE && kth[1]!=0 -> unblock(1)
        :: kth[2]!=NONE && kth[2]!=0 -> unblock(2)
        :: V[1-v].st==PLAIN && V[1-v].on!=0 -> endplain(1-v)
#endif
#ifdef SIG
        :: once -> once=0;                                /* a fault: an upcall, and nothing on the list */
           save(v); loc[t_]=FLTD;
#ifdef W13
           push(n_)
#endif
#endif
#ifdef FORK
        :: forks && !dead -> forks=0; V[v].dis=1; V[v].pc=FLK
#endif
#ifdef W1
        :: lk==0 -> freeslot(); if :: f_!=NONE -> V[v].mine=f_; V[v].pc=W1B :: else fi
#endif
        fi; t=0
#ifdef W1
     :: V[v].pc==W1B -> V[v].slot=V[v].mine; V[v].pc=TH
#endif
     :: V[v].pc==YLD ->
        if :: len(runq)>0 -> t=V[v].on; vol[t]=1; loc[t]=RUNQ; runq!t; runq?t; wakes(); swtch(v, t); t=0
           :: else -> V[v].pc=EENA fi
     :: V[v].pc==PRK -> t=V[v].on; vol[t]=1; loc[t]=PARK; V[v].on=NONE;
        if :: len(runq)>0 -> runq?t; swtch(v, t)
           :: else -> V[v].cur=NONE; V[v].pc=UFND fi; t=0
     :: V[v].pc==WAK ->
        if :: loc[0]==PARK -> t=0 :: loc[1]==PARK -> t=1 :: loc[2]==PARK -> t=2 :: else -> t=NONE fi;
        V[v].pc=EENA;
        if :: t!=NONE -> loc[t]=RUNQ; runq!t; if :: anyidle && !waking -> waking=1; V[v].pc=WCAL :: else fi
           :: else fi; t=0
     :: V[v].pc==WCAL ->                                  /* sa_wake */
#ifdef W9
        wakeidle(); pendclosed();
#else
        note();
#endif
        V[v].pc=EENA
     :: V[v].pc==EENA -> V[v].dis=0; if :: alone -> V[v].st=ENDED :: else fi; V[v].pc=ECHK
     :: V[v].pc==ECHK -> if :: V[v].pend -> V[v].dis=1; V[v].pend=0; V[v].pc=LK1 :: else -> V[v].pc=TH fi
     :: V[v].pc==LK1 -> drain(v, LK2)
     :: V[v].pc==LK2 ->
#ifndef W17
        wakes();
#endif
        V[v].pc=EEN2
     :: V[v].pc==EEN2 -> V[v].dis=0; V[v].pc=TH
#ifdef FORK
     :: V[v].pc==FLK ->
#ifdef W15
        V[v].pc=FRK
#else
        if :: lk==0 -> getlock(v); V[v].pc=FRK :: else -> spin(v) fi
#endif
     :: V[v].pc==FRK ->
        if :: lk=0; V[v].pc=EENA                          /* the parent */
           :: !dead -> alone=1;                           /* the child: one thread, no activations */
#ifdef W15
              assert(lk==0);
#endif
              lk=0; V[v].pc=EENA
        fi
#endif
     fi }
  od
}

init { byte v; atomic {
  do :: v<NV -> V[v].slot=NONE; V[v].mine=NONE; V[v].cur=NONE; V[v].on=NONE; V[v].nxt=NONE; V[v].dis=1; V[v].pc=ULST;
                V[v].st=NOCPU; if :: v>0 -> wants!v :: else fi; v++
     :: else -> break od;
  v=0; do :: v<NS -> val[v]=NONE; owner[v]=NONE; kth[v]=NONE; v++ :: else -> break od; v=0;
  V[0].st=RUN; V[0].pc=TH; V[0].dis=0; V[0].slot=0; V[0].mine=0; V[0].cur=0; V[0].on=0; loc[0]=CPU;
  loc[1]=RUNQ; vol[1]=1; runq!1; loc[2]=RUNQ; vol[2]=1; runq!2;
  run VP(0); run VP(1);
#if NV==3
  run VP(2);
#endif
  run Dispatch(); run Tick(); run Alloc(); run Edge(); run Device();
#ifdef SIG
  run Sender();
#endif
#ifdef EXIT
  run End();
#endif
} }
#ifdef LIVE
#define runnable (loc[LIVE]==READY || loc[LIVE]==RUNQ || loc[LIVE]==HAND_)
#define onit (loc[LIVE]==CPU)
ltl live { [] (runnable -> <> onit) }
#endif
#ifdef LOCKLIVE   /* a lock of ulib's is never left held by a VP that does not come back */
#define held (lk==LOCKLIVE)
ltl unlock { [] (held -> <> (!held)) }
#endif
#ifdef SIGLIVE
#define waits (sigp>0)
ltl taken { [] (waits -> <> (!waits)) }
#endif
#ifdef ENDLIVE
ltl ends { [] (dead -> <> allended) }
#endif
