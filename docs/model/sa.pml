/* The activation protocol, kernel and ulib, as docs/activations.md, lwp/sa and ulib/activation.go have it.
 * K… and U… are the rules of that page; verify.sh has what is checked, by spin, and in which sizes.
 *
 * A step: what the kernel does under the sa lock is one (K1-K19). ulib's are what goes on between two
 * accesses to what others write. A section under ulib's lock is one too where nothing that others read
 * changes within it but the end: taking the lock commutes with all that others do, who could only wait
 * for it. So lk is seen held in three places: where ready threads are taken over one by one (UDRN), and
 * there, with the fault of a page or a private save, a VP stops with it.
 *
 * Left out: registers and stacks (a slot's is a name), memory ordering (sequential consistency); priorities,
 * deadlines, cancellation (K11's, awake), sigmask, quantum (1 tick), SetConcurrency, sa_preempt; stop and
 * continue, execve; lies (K19); several processes: others are Alloc, which gives and takes; more than one
 * run queue, and VP.lifo. ulib's list of free slots: who is in none is free. After a look at the end of a
 * section, and of a resumption if it is about what comes in the end, there is no second one.
 *
 *   NV   VPs                    NT  threads        CPUS processors at first, of NV
 *   KLIM slots in the kernel at most: nslot - nvp  BUD  grants and takes (255: endless)
 *   FLT  page faults in the handler (255: endless) SIG=n signals from outside, and one fault of a thread
 *   HAND 1: who spins may hand his CPU over, to a name that may be out of date; 2: he does, to the holder
 *   EXIT the process ends at any moment            FORK a thread forks once; we go on as the child, or not
 *   PIPE the calls of all threads but 0 end only if a thread that runs ends them
 *   NOTICK no ticks     NOTURN no turns at ticks   NOPARK nobody waits for threads   NOYIELD
 *   WC   assert: no VP idles beside work           LIVE=t thread t, ready, comes to run
 *   LOCKLIVE=v+1 VP v's lock is released           SIGLIVE signals are taken         ENDLIVE all VPs end
 *
 * Always asserted: a thread is in exactly one place (I2, I5), a slot holds the registers of whom it is said
 * to, no more VPs start than there are processors (I1), upcalls and saves are an open VP's (I3, I4), and
 * who has a private save goes on there; a plain block is not left beside a free slot (I6); nobody is in a
 * deadlock.
 *
 * -DW1 ... put a mistake in; each is found:
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
 *   W12 sa_yield does not ask for signals           (with SIG)
 *   W13 the thread of a fault is put on the ready list, too (with SIG)
 *   W14 a call that ends after the process has is told of (with EXIT)
 *   W15 fork leaves the run queue's lock to others  (with FORK)
 *   W16 a CPU is handed to a VP that does not wait for one (with HAND=1)
 *   W17 who finds a thread and goes on with his own tells no idle VP (with WC)
 *   W18 nobody is evicted
 *   W19 calls under way at the end of the process start VPs (with EXIT)
 *   W20 a VP says that it idles, and does not look once more (with WC)
 *   W21 who is evicted keeps the slot, too
 *   W22 nobody hands his CPU over                   (with HAND=2)
 */
#ifndef NV
#define NV 2
#endif
#ifndef NT
#define NT 2
#endif
#ifndef KLIM
#define KLIM 1
#endif
#ifndef CPUS
#define CPUS 1
#endif
#ifndef BUD
#define BUD 0
#endif
#ifndef FLT
#define FLT 0
#endif
#ifndef HAND
#define HAND 0
#endif
#define NS (NV+KLIM)
#define NONE 15
#define GARB 14

/* What is said of what comes in the end takes for granted: ticks come; a VP that gets a CPU makes a step
 * before a tick that takes that away (ran); a thread that blocks plainly again and again is in user mode when
 * a tick comes: when its call ends, that is as if one did; and who spins for the lock gets it before who has
 * had it: with two VPs that run, an unfair lock alone promises nothing. Without FAIR a tick may come at any
 * moment, and stop a closed VP whose CPU somebody else wants, at once: more than the code does. */
#if defined(LIVE) || defined(LOCKLIVE) || defined(SIGLIVE) || defined(ENDLIVE)
#define FAIR
#endif

/* V[].st: State of lwp/sa */
#define RUN   0
#define NOCPU 1
#define IDLE  2
#define PLAIN 3
#define WAIT  4
#define ENDED 5
/* V[].pc: the scheduler */
#define ULST  0           /* upcall: whose thread was it */
#define UFND  1           /* find: pending = 0; is there anything on the ready list */
#define UDRN  2           /* drain: takes threads over, under the lock */
#define UPCK  3           /* signals; a thread of the queue */
#define UIDS  4           /* restIdle: seen = posts, idle */
#define UIDL  5           /* looks once more */
#define USLP  6           /* sa_yield */
#define UWOK  7           /* it has returned */
#define URES  8           /* resume */
#define UENA  9           /* disabled = 0 */
#define UCHK 10           /* lo: */
#define URED 11
#define UIRT 12
#define UAGN 13           /* hi: resumeAgain */
#define UAG2 14
/* a thread */
#define TH   15
#define YLD  16
#define PRK  17
#define WAK  18
#define WCAL 19
#define EENA 20           /* leave: disabled = 0 */
#define ECHK 21
#define LK1  22           /* lookAround */
#define LK2  23
#define EEN2 24
#define FLK  25
#define FRK  26
#define W1B  27
#define QPOP 28
#define RANGE(p)    ((p)==UCHK || (p)==URED || (p)==UIRT)
/* pending will be 0 before it is read */
#define PENDDEAD(p) ((p)==ULST || (p)==UFND || (p)==UIDS || (p)==UIDL || (p)==USLP || (p)==UWOK)
/* loc */
#define CPU   0
#define HAND_ 1           /* chosen by a VP, not resumed yet */
#define READY 2           /* in its slot, on the ready list */
#define RUNQ  3
#define BLK   4           /* in the kernel */
#define PARK  5
#define FLTD  6           /* in its slot because of a fault, for its VP to deal with */

typedef vp {
  unsigned st : 3; unsigned pc : 5;
  bool priv;                         /* NOCPU: saved privately */
  bool gr; bool ran;                 /* it has been asked for its CPU; see FAIR */
  bool dis; bool pend; unsigned slot : 4;    /* the words */
  unsigned mine : 4; unsigned cur : 4;       /* ulib's: the slot it has named; the thread, NONE: scheduler */
  unsigned on : 4;                           /* ghost: whose registers */
  unsigned nxt : 4; unsigned ret : 5; bool fresh; bool idle; bool redo;
  bool spins                         /* FAIR: for lk */
}
vp V[NV];
byte loc[NT];
bool vol[NT];                        /* it left by itself, its registers are on its stack */
bool evd[NT];                        /* it has been evicted: so are they */
byte val[NS]; byte owner[NS];        /* ghost: whose registers; whose ulib has noted */
byte kth[NS];                        /* the thread whose call holds the slot */
byte lk; byte ql; bool waking; byte ncpu = CPUS; byte nK; byte bud = BUD; byte flt = FLT;
bool sigp; bool dead; bool alone;
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
hidden byte i_, f_, s_, t_, n_, m_;  /* within a step */

#if NV==1
#define sum(f)   (f(0))
#define any(f)   (f(0))
#define all(f)   (f(0))
#define which(f, v) v=0                  /* any VP of which f holds */
#elif NV==2
#define sum(f)   (f(0)+f(1))
#define any(f)   (f(0)||f(1))
#define all(f)   (f(0)&&f(1))
#define which(f, v) if :: f(0) -> v=0 :: f(1) -> v=1 fi
#else
#define sum(f)   (f(0)+f(1)+f(2))
#define any(f)   (f(0)||f(1)||f(2))
#define all(f)   (f(0)&&f(1)&&f(2))
#define which(f, v) if :: f(0) -> v=0 :: f(1) -> v=1 :: f(2) -> v=2 fi
#endif
#define onway(v)   (V[v].st!=IDLE && V[v].st!=ENDED && (V[v].pc<=UWOK || V[v].pc==QPOP || V[v].pc==WCAL || V[v].pc==UAG2 || V[v].pc==LK2))
#define isrun(v)   (V[v].st==RUN)
#define isidle(v)  (V[v].idle)
#define sleeps(v)  (V[v].st==IDLE)
#define isended(v) (V[v].st==ENDED)
#define isplain(v) (V[v].st==PLAIN)
#define open(v)    (V[v].st==RUN && !V[v].dis)
#define running    sum(isrun)
#define lives      (!dead && !alone)
#ifdef FAIR
#define RAN(v)     V[v].ran=1
#else
#define RAN(v)     skip
#endif
#if defined(FAIR) && NV==2
#ifdef NOTURN
#define free(v)    (lk==0 && (V[v].spins || !(V[1-v].st==RUN && V[1-v].spins)))
#else
#define free(v)    (lk==0 && !V[1-v].spins)
#endif
#define spinning(v,x) V[v].spins=(x && !V[1-v].spins)
#else
#define free(v)    (lk==0)
#define spinning(v,x) skip
#endif
#define parked     (loc[0]==PARK || loc[NT>1]==PARK || loc[(NT>2)*2]==PARK || loc[NT-1]==PARK)
#define places(t)  (onvp(t)+inslot(t)+vol[t]+evd[t])
#define whole      (places(0)==1 && places((NT>1))==1 && places((NT>2)*2)==1 && places(NT-1)==1)
#if NV==1
#define onvp(t) (V[0].on==t)
#elif NV==2
#define onvp(t) ((V[0].on==t)+(V[1].on==t))
#else
#define onvp(t) ((V[0].on==t)+(V[1].on==t)+(V[2].on==t))
#endif
#define inone(s,t) ((val[s]==t)+(kth[s]==t))
#if NS==2
#define inslot(t) (inone(0,t)+inone(1,t))
#elif NS==3
#define inslot(t) (inone(0,t)+inone(1,t)+inone(2,t))
#else
#define inslot(t) (inone(0,t)+inone(1,t)+inone(2,t)+inone(3,t))
#endif

/* The kernel. */

inline start(v) {
  assert(V[v].st==NOCPU && !dead && running<ncpu && (V[v].priv || V[v].dis && (V[v].pc==ULST || V[v].pc==UWOK)));
  V[v].st=RUN; V[v].priv=0; V[v].ran=0; V[v].gr=0
}
#ifdef W4
#define NOSAVE 1
#else
#define NOSAVE (len(saves)==0)
#endif
inline fill() {           /* K8 */
  do :: running<ncpu && len(saves)>0 -> saves?s_; start(s_)
     :: running<ncpu && len(wants)>0 && NOSAVE -> wants?s_; start(s_)
     :: else -> break od
}
inline wakeidle() {
  i_=0;
  do :: i_<NV && V[i_].st!=IDLE -> i_++ :: else -> break od;
  if :: i_<NV -> V[i_].st=NOCPU; V[i_].priv=0; V[i_].pc=UWOK; wants!i_; fill() :: else fi
}
inline pendclosed() {
  i_=0;
  do :: i_<NV -> if :: V[i_].dis && V[i_].st!=IDLE && V[i_].st!=ENDED && !PENDDEAD(V[i_].pc) -> V[i_].pend=1 :: else fi; i_++
     :: else -> break od
}
inline count() { i_=0; do :: i_<NV -> V[i_].fresh=0; i_++ :: else -> break od }
inline notify() { wakeidle(); pendclosed() }
inline push(s) {          /* K4: slot s becomes ulib's again. That somebody is kicked is Edge, at any time */
  assert(!dead && val[s]!=NONE && len(R(0))<NS);
#ifdef W6
  m_=0; do :: m_<NV-1 -> m_++ :: break od; ready[m_]!s;
#else
  ready[0]!s;
#endif
  count(); notify()
}
inline upcall(v) {        /* K3 */
  V[v].dis=1; V[v].slot=NONE; V[v].on=NONE; V[v].nxt=NONE; V[v].pend=0; V[v].redo=0; RAN(v); V[v].pc=ULST
}
inline save(v) {          /* K2: n_, its slot; t_, its thread */
  n_=V[v].slot; assert(!V[v].dis && n_<NS && kth[n_]==NONE);
  if :: RANGE(V[v].pc) -> t_=V[v].nxt; assert(val[n_]==t_ && loc[t_]==HAND_);
#ifdef W2
        val[n_]=GARB
#endif
     :: else -> t_=V[v].on; assert(val[n_]==NONE && loc[t_]==CPU); val[n_]=t_ fi;
  loc[t_]=READY; upcall(v)
}
inline post(v)   { save(v); push(n_) }
inline giveup(v) { save(v); V[v].st=NOCPU; wants!v; push(n_); fill() }     /* K7 */
inline keep(v)   { V[v].st=NOCPU; V[v].priv=1; saves!v; fill() }
inline hold(v) {          /* K5 */
  n_=V[v].slot; assert(kth[n_]==NONE && val[n_]==NONE && V[v].on!=NONE);
  nK++; assert(nK<=KLIM);
  kth[n_]=V[v].on; loc[V[v].on]=BLK; upcall(v)
}
inline block(v) {
  if :: dead -> V[v].st=ENDED
     :: !dead && nK<KLIM -> hold(v)
     :: !dead && nK>=KLIM -> V[v].st=PLAIN; loc[V[v].on]=BLK; fill() fi
}
inline convert() {        /* K6 */
#ifndef W7
  m_=0;
  do :: m_<NV -> if :: nK<KLIM && V[m_].st==PLAIN -> hold(m_); V[m_].st=NOCPU; wants!m_ :: else fi; m_++
     :: else -> break od;
  fill();
  assert(nK==KLIM || !any(isplain))
#else
  skip
#endif
}
inline unblock(s) { nK--; val[s]=kth[s]; loc[kth[s]]=READY; kth[s]=NONE; push(s); convert() }
#define due(v) (len(R(v))>0 || sigp)
inline endplain(v) {
  loc[V[v].on]=CPU;
  if :: running<ncpu && len(saves)==0 -> V[v].st=RUN; V[v].ran=0; V[v].gr=0;
#ifdef FAIR
        post(v)
#else
        if :: due(v) -> post(v) :: else fi
#endif
     :: else -> giveup(v) fi
}

#define over   (running>ncpu || len(saves)>0)
inline tickclosed(v) {    /* K7, K9 */
  if :: PENDDEAD(V[v].pc) -> skip :: else -> V[v].pend=1 fi;
#ifdef FAIR
  if :: running>ncpu && V[v].gr -> keep(v)
     :: running>ncpu && !V[v].gr -> V[v].gr=1
     :: else fi
#else
  if :: over -> keep(v) :: else fi
#endif
}
inline tickopen(v) {      /* K7, K10 */
  if :: over -> giveup(v)
     :: !over && RANGE(V[v].pc) ->
#ifdef W10
        post(v)
#else
        skip
#endif
     :: !over && !RANGE(V[v].pc) ->
#ifdef W8
        if :: due(v) -> post(v) :: else fi
#else
        post(v)
#endif
  fi
}
#ifdef FAIR
#define turns(v) (V[v].st==RUN && V[v].ran)
proctype Tick() { byte v; /* one for all */
end: do
  :: atomic { lives && running>0 ->
     v=0;
     do :: v<NV && V[v].st==RUN && V[v].dis && V[v].ran -> tickclosed(v); v++
        :: v<NV && open(v) -> tickopen(v); v++
        :: v<NV && !open(v) && !(V[v].st==RUN && V[v].ran) -> v++
        :: else -> break od;
#if !defined(W4) && !defined(NOTURN)     /* K9: all are closed */
     if :: len(saves)>0 && !any(open) && any(turns) -> which(turns, v); keep(v) :: else fi;
#endif
     v=0; assert(whole) }
  od
}
#else
#define tickable(v) (V[v].st==RUN && (!V[v].dis || !PENDDEAD(V[v].pc) && !V[v].pend || over))
proctype Tick() { byte v;
end: do
  :: atomic { lives && any(tickable) -> which(tickable, v);
     if :: V[v].dis -> tickclosed(v) :: else -> tickopen(v) fi; v=0; assert(whole) }
  od
}
#endif
#if BUD>0
proctype Alloc() {        /* what is taken, is asked for. FAIR: no grant has to come, and one CPU stays */
end: do
  :: atomic { lives && bud>0 && ncpu<NV -> ncpu++; if :: bud<255 -> bud-- :: else fi; fill() }
#ifdef FAIR
  :: atomic { lives && bud>0 && ncpu>1 -> ncpu--; bud-- }
  :: atomic { lives && bud>0 -> skip }
#else
  :: atomic { lives && bud>0 && ncpu>0 -> ncpu--; if :: bud<255 -> bud-- :: else fi }
#endif
  od
}
#endif
/* K4, K7: an open VP on its way to user mode, kicked or not. A closed one is told, and stopped at its second
 * tick (W4: at once). */
#define edgy(v) (open(v) && (over || due(v) && (!RANGE(V[v].pc) || !V[v].pend)) || W4CLOSED(v))
#ifdef W4
#define W4CLOSED(v) (running>ncpu && V[v].st==RUN && V[v].dis)
#else
#define W4CLOSED(v) 0
#endif
proctype Edge() { byte v;
end: do
  :: atomic { lives && any(edgy) -> which(edgy, v);
     if :: V[v].dis -> keep(v)
        :: !V[v].dis && over -> giveup(v)
        :: !V[v].dis && !over && !RANGE(V[v].pc) -> post(v)
        :: else ->
#ifdef W11
           post(v)
#else
           V[v].pend=1
#endif
     fi; v=0; assert(whole) }
  od
}
/* K6: a call ends; a page arrives */
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
#define anycall (tells(0) || tells(1) || tells((NS>2)*2) || tells(NS-1))
#define device(v) (V[v].st==PLAIN && comes(V[v].on) || V[v].st==WAIT)
proctype Device() { byte v;
end: do
  :: atomic { anycall ->
     if :: tells(0) -> v=0 :: tells(1) -> v=1 :: tells((NS>2)*2) -> v=(NS>2)*2 :: tells(NS-1) -> v=NS-1 fi;
     unblock(v); v=0; assert(whole) }
  :: atomic { lives && any(device) -> which(device, v);
     if :: V[v].st==PLAIN -> endplain(v) :: else -> keep(v) fi; v=0; assert(whole) }
  od
}
#ifdef SIG
proctype Sender() {       /* K13 */
end: do
  :: atomic { lives && sigs>0 -> sigs--; sigp=1;
     count(); notify() }
  od
}
#endif
#ifdef EXIT
bool gone;
proctype End() {          /* K15 */
  atomic { !dead -> dead=1;
#ifndef W19
     ncpu=0
#endif
  };
end: do
  :: atomic { all(isended) && !gone -> gone=1 }
  :: atomic { V[0].st!=ENDED -> V[0].st=ENDED }
#if NV>1
  :: atomic { V[1].st!=ENDED -> V[1].st=ENDED }
#endif
#if NV>2
  :: atomic { V[2].st!=ENDED -> V[2].st=ENDED }
#endif
  od
}
#endif

/* ulib. */

inline lost(w) {          /* lostThread, U3 */
  if :: V[w].cur!=NONE -> assert(V[w].mine!=NONE && owner[V[w].mine]==NONE);
        owner[V[w].mine]=V[w].cur; V[w].mine=NONE; V[w].cur=NONE
     :: else fi
}
inline wake() { count(); notify() }     /* sa_wake, K12 */
inline wakes() { if :: any(isidle) && !waking && len(runq)>0 -> waking=1; wake() :: else fi }    /* wakeIdle, U9 */
inline take(v, r) {       /* takeReady; v goes on at r */
  assert(lk==0); lk=v+1; spinning(v,0);
  do :: len(R(v))>0 -> R(v)?s_; drn!s_ :: else -> break od;
  V[v].ret=r; V[v].pc=UDRN
}
inline drain(v, r) {      /* U4 */
  if :: len(R(v))==0 -> V[v].pc=r
     :: len(R(v))>0 && free(v) -> take(v, r)
     :: len(R(v))>0 && !free(v) -> spin(v)
  fi
}
inline known() {          /* ownerOf: t_, who is in slot s_ of the ready list */
  t_=owner[s_];
  if :: t_==NONE ->       /* its VP has not had the upcall yet */
#ifdef W5
        assert(0);
#endif
        i_=0; do :: i_<NV && V[i_].mine!=s_ -> i_++ :: else -> break od; assert(i_<NV);
        t_=V[i_].cur; lost(i_)
     :: else fi;
  assert(t_!=NONE && val[s_]==t_ && loc[t_]==READY && !vol[t_] && !evd[t_])
}
inline without(q, x) { n_=len(q); do :: n_>0 -> q?s_; n_--; if :: s_!=x -> q!s_ :: else fi :: else -> break od }
#ifdef W16
#define NEEDS(w) (V[w].st!=RUN)
#else
#define NEEDS(w) (V[w].st==NOCPU)
#endif
inline handoff(v, w) {    /* K9 */
  if :: NEEDS(w) && running<=ncpu ->
        without(saves, w); without(wants, w); V[v].st=NOCPU; V[v].priv=1; saves!v; start(w)
     :: else fi
}
inline spin(v) {          /* U10 */
  spinning(v,1);
#if HAND==2 && !defined(W22)
  if :: lk!=0 -> m_=lk-1; handoff(v, m_) :: else fi
#elif HAND==1
  if :: skip :: m_=(v+1)%NV; handoff(v, m_)
#if NV>2
     :: m_=(v+2)%NV; handoff(v, m_)
#endif
  fi
#else
  skip
#endif
}
inline swtch(v, n) {      /* switchTo: v, in a section, leaves its thread for n, out of the run queue */
  if :: vol[n] -> vol[n]=0; V[v].cur=n; V[v].on=n; loc[n]=CPU; V[v].pc=EENA
     :: else -> V[v].cur=NONE; V[v].on=NONE; V[v].nxt=n; loc[n]=HAND_; V[v].pc=URES fi
}
inline freeslot() {       /* f_: a slot that nobody has named and that holds nobody */
  f_=0;
  do :: f_<NS -> n_=owner[f_]!=NONE; i_=0;
        do :: i_<NV -> if :: V[i_].mine==f_ -> n_=1 :: else fi; i_++ :: else -> break od;
        if :: n_==0 -> break :: else -> f_++ fi
     :: else -> break od
}
#define evictable(s) (owner[s]!=NONE && (loc[owner[s]]==RUNQ || loc[owner[s]]==HAND_))
inline takeslot(v) {      /* takeSlot, U11: free, or that of a ready thread. There always is one */
  freeslot();
#ifndef W18
  if :: f_==NS && len(R(v))==0 ->
        f_=0; do :: f_<NS && !evictable(f_) -> f_++ :: else -> break od; assert(f_<NS);
        t_=owner[f_]; assert(val[f_]==t_ && !evd[t_]); evd[t_]=1; val[f_]=NONE;
#ifndef W21
        owner[f_]=NONE
#endif
     :: f_==NS && len(R(v))>0 -> take(v, URES)
     :: else fi;
#endif
  if :: f_<NS -> V[v].mine=f_; V[v].slot=f_ :: else fi
}
inline signals() { sigp=0 }              /* collect: sa_sigtake until there is none */

#ifdef W12
#define NOSIG 1
#else
#define NOSIG (!sigp)
#endif
proctype VP(byte v) {
  byte t;
end: do
  :: atomic { V[v].st==RUN && (!alone || V[v].pc==EENA && V[v].on!=NONE) ->
     if
     :: V[v].pc==ULST && !free(v) -> spin(v)
     :: V[v].pc==ULST && free(v) -> assert(V[v].dis); spinning(v,0);
        t=V[v].cur; lost(v);
        if :: t!=NONE && loc[t]==FLTD -> loc[t]=RUNQ; runq!t :: else fi;
        t=0; V[v].pc=UFND
     :: V[v].pc==UFND -> drain(v, UPCK)
     :: V[v].pc==UDRN -> assert(lk==v+1 && len(drn)>0);
        if :: drn?s_; known(); loc[t_]=RUNQ; runq!t_;
              if :: len(drn)==0 -> lk=0;
                    V[v].pc=V[v].ret; V[v].ret=0
                 :: else fi
           :: flt>0 -> if :: flt<255 -> flt-- :: else fi; V[v].st=WAIT; fill()      /* K5, closed */
        fi
#ifdef FORK
     :: V[v].pc==UPCK -> if :: ql==0 -> ql=v+1; V[v].pc=QPOP :: else fi
     :: V[v].pc==QPOP -> ql=0; signals();
#else
     :: V[v].pc==UPCK -> signals();
#endif
        if :: len(runq)>0 -> runq?t; assert(loc[t]==RUNQ); loc[t]=HAND_; V[v].nxt=t; t=0; wakes(); V[v].pc=URES
           :: len(runq)==0 -> V[v].pend=0; V[v].pc=UIDS fi
     :: V[v].pc==UIDS -> V[v].fresh=1; V[v].idle=1; V[v].pc=UIDL       /* U8 */
     :: V[v].pc==UIDL ->
#ifdef W20
        V[v].pc=USLP
#else
        if :: len(runq)>0 || len(R(v))>0 -> V[v].fresh=0; V[v].pc=UWOK :: else -> V[v].pc=USLP fi
#endif
     :: V[v].pc==USLP ->                                  /* K11 */
#ifdef W3
        V[v].fresh=1;
#endif
        if :: V[v].fresh && NOSIG -> V[v].st=IDLE; V[v].fresh=0; fill()
           :: else -> V[v].pc=UWOK fi
     :: V[v].pc==UWOK -> V[v].idle=0; waking=0; V[v].pc=UFND
     :: V[v].pc==URES -> t=V[v].nxt; assert(loc[t]==HAND_);
        if :: vol[t] && V[v].mine!=NONE ->                /* on its own stack */
              vol[t]=0; V[v].nxt=NONE; V[v].cur=t; V[v].on=t; loc[t]=CPU; V[v].pc=EENA
           :: vol[t] && V[v].mine==NONE && free(v) -> spinning(v,0); takeslot(v);
#ifdef W18
              if :: V[v].mine==NONE -> loc[t]=RUNQ; runq!t; V[v].nxt=NONE; V[v].pend=0; V[v].pc=UFND :: else fi
#endif
           :: !vol[t] && free(v) -> spinning(v,0);        /* U5 */
              if :: !evd[t] -> s_=0; do :: s_<NS && owner[s_]!=t -> s_++ :: else -> break od; assert(s_<NS);
                    owner[s_]=NONE; V[v].mine=s_; V[v].slot=s_
                 :: evd[t] && V[v].mine==NONE -> takeslot(v)
                 :: else fi;
              if :: V[v].mine!=NONE ->
                    if :: evd[t] -> evd[t]=0; assert(val[V[v].mine]==NONE); val[V[v].mine]=t :: else fi;
                    V[v].cur=t; V[v].pend=0; V[v].pc=UENA
                 :: else fi
           :: (!vol[t] || V[v].mine==NONE) && !free(v) -> spin(v)
        fi; t=0
     :: V[v].pc==UENA -> V[v].dis=0; V[v].pc=UCHK
     :: V[v].pc==UCHK -> if :: V[v].pend && !V[v].redo -> V[v].pc=URED :: else -> V[v].pc=UIRT fi
     :: V[v].pc==URED -> V[v].dis=1; V[v].pc=UAGN         /* U7 */
     :: V[v].pc==UAGN -> drain(v, UAG2)
     :: V[v].pc==UAG2 -> V[v].pend=0; signals();
#ifndef W17
        wakes();
#endif
#ifdef W10
        t=V[v].nxt; loc[t]=RUNQ; runq!t; t=0; V[v].nxt=NONE; owner[V[v].mine]=V[v].cur; V[v].mine=NONE; V[v].slot=NONE; V[v].cur=NONE; V[v].pc=UPCK
#else
        V[v].pc=UENA;
#ifdef FAIR
        V[v].redo=1
#endif
#endif
     :: V[v].pc==UIRT -> t=V[v].nxt; assert(val[V[v].slot]==t && loc[t]==HAND_);
        val[V[v].slot]=NONE; loc[t]=CPU; V[v].on=t; V[v].nxt=NONE; t=0; V[v].redo=0; V[v].pend=0; V[v].pc=TH
     :: V[v].pc==TH -> t=V[v].on;
        assert(loc[t]==CPU && V[v].cur==t && V[v].slot==V[v].mine && V[v].slot!=NONE && kth[V[v].slot]==NONE && val[V[v].slot]==NONE);
#ifdef WC   /* but another may be about to look, or to wake one */
        assert(!(any(sleeps) && len(runq)>0 && !any(onway)));
#endif
        if
        :: skip                                           /* compute */
#ifndef NOYIELD
        :: V[v].dis=1; V[v].pc=YLD
#endif
#ifndef NOPARK
        :: !parked -> V[v].dis=1; V[v].pc=PRK             /* wait for a thread */
        :: parked -> V[v].dis=1; V[v].pc=WAK
#endif
        :: block(v)
#ifdef PIPE   /* write to the pipe that it reads */
        :: kth[0]!=NONE && kth[0]!=0 -> unblock(0)
        :: kth[1]!=NONE && kth[1]!=0 -> unblock(1)
#if NS>2
        :: kth[2]!=NONE && kth[2]!=0 -> unblock(2)
#endif
        :: V[NV-1-v].st==PLAIN && V[NV-1-v].on!=0 -> t=NV-1-v; endplain(t)
#endif
#ifdef SIG
        :: once -> once=0; save(v); loc[t_]=FLTD;         /* a fault */
#ifdef W13
           push(n_)
#endif
#endif
#ifdef FORK
        :: forks && !dead -> forks=0; V[v].dis=1; V[v].pc=FLK
#endif
#ifdef W1
        :: lk==0 -> freeslot(); if :: f_<NS -> V[v].mine=f_; V[v].pc=W1B :: else fi
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
           :: else -> V[v].cur=NONE; V[v].pend=0; V[v].pc=UFND fi; t=0
     :: V[v].pc==WAK -> t=0;
        do :: t<NT && loc[t]!=PARK -> t++ :: else -> break od;
        V[v].pc=EENA;
        if :: t<NT -> loc[t]=RUNQ; runq!t; if :: any(isidle) && !waking -> waking=1; V[v].pc=WCAL :: else fi
           :: else fi; t=0
     :: V[v].pc==WCAL ->                                  /* sa_wake */
#ifdef W9
        notify();
#else
        wake();
#endif
        V[v].pc=EENA
     :: V[v].pc==EENA -> V[v].dis=0; if :: alone -> V[v].st=ENDED :: else fi; V[v].pc=ECHK     /* U6 */
     :: V[v].pc==ECHK -> if :: V[v].pend -> V[v].dis=1; V[v].pend=0; V[v].pc=LK1 :: else -> V[v].pc=TH fi
     :: V[v].pc==LK1 -> drain(v, LK2)
     :: V[v].pc==LK2 -> signals();
#ifndef W17
        wakes();
#endif
        V[v].pc=EEN2
     :: V[v].pc==EEN2 -> V[v].dis=0; V[v].pend=0; V[v].pc=TH
#ifdef FORK
     :: V[v].pc==FLK ->                                   /* U12 */
#ifdef W15
        V[v].pc=FRK
#else
        if :: ql==0 -> ql=v+1; V[v].pc=FRK :: else fi
#endif
     :: V[v].pc==FRK ->
        if :: skip                                        /* the parent */
           :: !dead -> alone=1; assert(ql==0 || ql==v+1)  /* the child: one thread, no activations */
        fi;
        if :: ql==v+1 -> ql=0 :: else fi; V[v].pc=EENA
#endif
     fi;
     assert(whole);
RAN(v) }
  od
}

init { byte v; atomic {
  do :: v<NV -> V[v].slot=NONE; V[v].mine=NONE; V[v].cur=NONE; V[v].on=NONE; V[v].nxt=NONE; V[v].dis=1; V[v].pc=ULST;
                V[v].st=NOCPU; if :: v>0 -> wants!v :: else fi; v++
     :: else -> break od;
  v=0; do :: v<NS -> val[v]=NONE; owner[v]=NONE; kth[v]=NONE; v++ :: else -> break od;
  V[0].st=RUN; V[0].pc=TH; V[0].dis=0; V[0].slot=0; V[0].mine=0; V[0].cur=0; V[0].on=0; loc[0]=CPU;
  v=1; do :: v<NT -> loc[v]=RUNQ; vol[v]=1; runq!v; v++ :: else -> break od; v=0;
  fill();
  run VP(0);
#if NV>1
  run VP(1);
#endif
#if NV>2
  run VP(2);
#endif
#ifndef NOTICK
  run Tick();
#endif
  run Edge(); run Device();
#if BUD>0
  run Alloc();
#endif
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
ltl taken { [] (sigp -> <> (!sigp)) }
#endif
#ifdef ENDLIVE
ltl ends { [] (dead -> <> gone) }
#endif
