/* The activation protocol, kernel and ulib, as docs/activations.md and lwp/sa have it.
 * Each atomic of VP() is one step of user mode, between two of which the kernel may interrupt; each
 * action of the kernel is one step under the sa lock. A take is asked for (ncpu goes down) and done by
 * a VP on its way to user mode: Edge().
 *
 *   KLIM slots in the kernel at most       BUD   grants and takes (255: endless)
 *   FLT  page faults in a section          PIPE  threads 1 and 2 are woken by a running thread only
 *   WC   assert: no VP idles beside work   LIVE=t  thread t, ready, comes to run
 *   LOCKLIVE=v+1  VP v's lock is released
 *
 * Ghosts: loc[] where a thread is, val[] whose registers its slot, or what it saved itself, holds.
 * -DW1 ... -DW10 put a mistake in; each is found:
 *   W1 ulib changes slots by a store while upcalls are enabled
 *   W2 there is no resume range
 *   W3 sa_yield compares no counter
 *   W4 a private save has no precedence, a take has no grace and any victim
 *   W5 BLOCKED is about the thread, and has to be taken before it is unblocked
 *   W6 the ready list is one VP's
 *   W7 a plain block is never converted            (with PIPE)
 *   W8 no quantum
 *   W9 waking a thread does not make sa_yield return (with WC)
 *   W10 a redo puts the chosen thread last, and a tick counts before it ran
 *   W11 what comes while a thread is being resumed has it taken off at once
 */
#ifndef KLIM
#define KLIM 1            /* slots that may be in the kernel: nslot(3) - nvp(2) */
#endif
#define NV 2
#define NT 3
#define NONE 3
#define GARB 4
/* vst */
#define RUN 0
#define NOCPU 1
#define IDLE 2
#define PLAIN 3           /* enabled VP blocked in the kernel with its thread */
#define FAULT 4           /* disabled VP blocked in the kernel */
/* upc */
#define ULCK 0
#define UDRN 1
#define UPCK 2
#define UCUR 3
#define UENA 4
#define UCHK 5
#define URED 6
#define UBCK 7
#define UIRT 8
#define USLP 9
#define TH   10
#define YLCK 11
#define WLCK 12
#define WUNL 13
#define WCAL 14
#define EENA 15
#define ECHK 16
#define W1B  17
#define RANGE(v) (upc[v]==UCHK || upc[v]==URED || upc[v]==UIRT)
/* loc */
#define CPU   0
#define HAND  1           /* ulib on some VP has chosen it, not yet resumed */
#define READY 2           /* in the ready list */
#define RUNQ  3
#define BLK   4           /* slot is the kernel's */
#define PLN   5
#define PARK  6

byte vst[NV]; byte upc[NV]; byte cur[NV]; byte ut[NV]; byte nxt[NV];
bool dis[NV]; bool pend[NV]; bool priv[NV]; bool fresh[NV]; bool idlef[NV];
bool redo[NV]; bool wk[NV]; bool prk[NV]; bool ran[NV]; bool gr[NV]; bool vol[NT];
byte loc[NT]; byte val[NT]; bool bpend[NT]; byte bev[NV];
byte lk; byte turn; byte ncpu = 1; byte kcnt; byte bud = BUD; bool flt = FLT;
#ifdef W6
chan ready[NV] = [NT] of { byte };
#define RI(v) v
#else
chan ready[1] = [NT] of { byte };
#define RI(v) 0
#endif
chan runq = [NT] of { byte };

#define running ((vst[0]==RUN)+(vst[1]==RUN))
#define enabled_run(v) (vst[v]==RUN && !dis[v])
#define savedpriv(v) (vst[v]==NOCPU && priv[v])

/* slot s becomes ulib's again: publish, count, notify */
inline post(s) {
#ifdef W6
  if :: vst[0]==IDLE -> ready[0]!s
     :: vst[0]!=IDLE && vst[1]==IDLE -> ready[1]!s
     :: vst[0]!=IDLE && vst[1]!=IDLE -> if :: ready[0]!s :: ready[1]!s fi fi;
#else
  assert(len(ready[0])<NT); ready[0]!s;
#endif
  note()
}
inline note() {
  fresh[0]=0; fresh[1]=0;
  if :: vst[0]==IDLE -> vst[0]=NOCPU; priv[0]=0; upc[0]=ULCK
     :: vst[0]!=IDLE && vst[1]==IDLE -> vst[1]=NOCPU; priv[1]=0; upc[1]=ULCK
     :: else fi;
  if :: dis[0] -> pend[0]=1 :: else fi;
  if :: dis[1] -> pend[1]=1 :: else fi
}
/* interrupted enabled VP: its thread goes whole into its slot */
inline save(v) {
  assert(!dis[v] && cur[v]<NT);
  if :: RANGE(v) ->
#ifdef W2
        val[cur[v]]=GARB;
#endif
        assert(loc[cur[v]]==HAND)
     :: else -> val[cur[v]]=ut[v]; fi;
  loc[cur[v]]=READY; vol[cur[v]]=0; sv=cur[v];
  dis[v]=1; cur[v]=NONE; ut[v]=NONE; nxt[v]=NONE; redo[v]=0; upc[v]=ULCK;
  post(sv); sv=0
}
inline convert() {
#ifndef W7
  if :: kcnt<KLIM && vst[0]==PLAIN -> conv1(0)
     :: kcnt<KLIM && vst[0]!=PLAIN && vst[1]==PLAIN -> conv1(1)
     :: else fi
#else
  skip
#endif
}
inline conv1(w) {
  kcnt++; loc[ut[w]]=BLK; vol[ut[w]]=0; cur[w]=NONE; ut[w]=NONE; dis[w]=1; upc[w]=ULCK;
  vst[w]=NOCPU; priv[w]=0
}
/* the call of thread t ends: L reaches the edge of user mode */
inline unblock(t) {
  if :: loc[t]==BLK -> kcnt--; val[t]=t; loc[t]=READY; post(t); convert()
     :: loc[t]==PLN -> /* plain: give it back like a preempted one */
        if :: ut[0]==t -> pl=0 :: else -> pl=1 fi;
        assert(vst[pl]==PLAIN && ut[pl]==t && cur[pl]==t);
        vst[pl]=NOCPU; priv[pl]=0;
        if :: dis[pl] -> assert(0) :: else fi;
        save(pl); pl=0
  fi
}

/* a CPU of the process is free and a VP wants it */
inline start(w) {
  vst[w]=RUN; ran[w]=0; gr[w]=0; turn=1-w;
  if :: !priv[w] -> assert(dis[w] && upc[w]==ULCK) :: else fi; priv[w]=0
}
inline swap(a, b) {   /* a just ticked: disabled (upcall entry or inside a section) */
  vst[a]=NOCPU; priv[a]=!(upc[a]==ULCK && ut[a]==NONE); start(b)
}
inline take(w) {
  if :: !dis[w] -> vst[w]=NOCPU; priv[w]=0; save(w)
     :: else -> vst[w]=NOCPU; priv[w]=1 fi
}

proctype VP(byte v) {
  byte t, sv, pl;
end: do
  :: atomic { vst[v]==RUN ->
     ran[v]=1;
     if
     :: upc[v]==ULCK -> assert(dis[v]);           /* upcall entry / sa_yield returned */
        if :: lk==0 -> lk=v+1; pend[v]=0; fresh[v]=1; idlef[v]=0; upc[v]=UDRN;
#ifdef W5
              if :: bev[v]!=0 -> bpend[bev[v]-1]=0; bev[v]=0 :: else fi
#endif
           :: else fi                              /* spin */
     :: upc[v]==UDRN -> assert(lk==v+1);
        if :: len(ready[RI(v)])>0 -> ready[RI(v)]?t; assert(loc[t]==READY);
#ifdef W5
              assert(!bpend[t]);
#endif
              loc[t]=RUNQ; runq!t; t=0
           :: len(ready[RI(v)])==0 -> upc[v]=UPCK
           :: flt && bud>0 -> flt=0; vst[v]=FAULT  /* page fault in the handler */
        fi
     :: upc[v]==UPCK ->
        if :: nxt[v]!=NONE -> upc[v]=UCUR         /* redo: keep the one chosen */
           :: nxt[v]==NONE && len(runq)>0 -> runq?t; assert(loc[t]==RUNQ); loc[t]=HAND; nxt[v]=t; t=0; upc[v]=UCUR
           :: else -> idlef[v]=1; upc[v]=USLP fi;
        lk=0
     :: upc[v]==UCUR -> cur[v]=nxt[v]; t=nxt[v];
        if :: vol[t] -> assert(val[t]==t && loc[t]==HAND);   /* it left by itself: on its own stack */
              vol[t]=0; loc[t]=CPU; ut[v]=t; val[t]=NONE; nxt[v]=NONE; redo[v]=0; upc[v]=EENA
           :: else -> upc[v]=UENA
        fi; t=0
     :: upc[v]==UENA -> dis[v]=0; upc[v]=UCHK
     :: upc[v]==UCHK -> if :: pend[v] && !redo[v] -> upc[v]=URED :: else -> upc[v]=UIRT fi
     :: upc[v]==URED -> dis[v]=1; upc[v]=UBCK
     :: upc[v]==UBCK ->                            /* redo: once, by trylock, keeping nxt */
        if :: lk==0 -> lk=v+1; pend[v]=0; fresh[v]=1; redo[v]=1;
#ifdef W10
              t=nxt[v]; nxt[v]=NONE; cur[v]=NONE;
              assert(loc[t]==HAND); loc[t]=RUNQ; runq!t; t=0;
#endif
              upc[v]=UDRN
           :: else
#ifndef W10
              -> redo[v]=1; upc[v]=UENA
#endif
        fi
     :: upc[v]==UIRT -> t=nxt[v]; assert(val[t]==t); assert(loc[t]==HAND);
        loc[t]=CPU; ut[v]=t; val[t]=NONE; nxt[v]=NONE; redo[v]=0; t=0; upc[v]=TH
     :: upc[v]==USLP ->                            /* sa_yield(seen) */
#ifdef W3
        fresh[v]=1;
#endif
        if :: fresh[v] -> vst[v]=IDLE; fresh[v]=0; pend[v]=0;
#ifndef W3
              assert(len(ready[RI(v)])==0)
#endif
           :: else -> upc[v]=ULCK fi
     :: upc[v]==TH -> assert(loc[ut[v]]==CPU && cur[v]==ut[v]);
#ifdef WC   /* work conserving: nobody sleeps beside a non-empty run queue */
        assert(!(vst[1-v]==IDLE && len(runq)>0));
#endif
        if
        :: skip                                    /* compute */
        :: dis[v]=1; prk[v]=0; upc[v]=YLCK         /* user yield */
        :: (loc[0]==PARK)+(loc[1]==PARK)+(loc[2]==PARK)==0 ->
           dis[v]=1; prk[v]=1; upc[v]=YLCK         /* wait on a user lock */
        :: (loc[0]==PARK)||(loc[1]==PARK)||(loc[2]==PARK) -> dis[v]=1; upc[v]=WLCK
        :: t=ut[v];                                /* blocking call */
           if :: kcnt<KLIM -> kcnt++; loc[t]=BLK; vol[t]=0; cur[v]=NONE; ut[v]=NONE; dis[v]=1; pend[v]=0; upc[v]=ULCK;
#ifdef W5
                 bpend[t]=1; bev[v]=t+1
#endif
              :: else -> vst[v]=PLAIN; loc[t]=PLN fi; t=0
#ifdef PIPE
        :: loc[1]==BLK||loc[1]==PLN -> unblock(1)  /* write to the pipe it reads */
        :: loc[2]==BLK||loc[2]==PLN -> unblock(2)
#endif
#ifdef W1
        :: lk==0 && len(runq)>0 -> runq?t; loc[t]=HAND; cur[v]=t; nxt[v]=t; t=0; upc[v]=W1B
#endif
        fi
#ifdef W1
     :: upc[v]==W1B -> t=ut[v]; val[t]=t; loc[t]=RUNQ; runq!t; t=nxt[v];
        assert(val[t]==t); loc[t]=CPU; ut[v]=t; val[t]=NONE; nxt[v]=NONE; t=0; upc[v]=TH
#endif
     :: upc[v]==YLCK ->                            /* save self, leave own stack, publish */
        if :: lk==0 -> lk=v+1; pend[v]=0; fresh[v]=1; t=ut[v]; val[t]=t; ut[v]=NONE; cur[v]=NONE;
              vol[t]=1; if :: prk[v] -> loc[t]=PARK :: else -> loc[t]=RUNQ; runq!t fi;
              t=0; prk[v]=0; upc[v]=UDRN
           :: else fi
     :: upc[v]==WLCK ->
        if :: lk==0 -> lk=v+1;
              if :: loc[0]==PARK -> loc[0]=RUNQ; runq!0
                 :: loc[1]==PARK -> loc[1]=RUNQ; runq!1
                 :: loc[2]==PARK -> loc[2]=RUNQ; runq!2
                 :: else fi;
              wk[v]=(idlef[0]||idlef[1]); idlef[0]=0; idlef[1]=0; upc[v]=WUNL
           :: else fi
     :: upc[v]==WUNL -> lk=0; upc[v]=WCAL
     :: upc[v]==WCAL ->                            /* sa_wake, only if somebody idles */
#ifdef W9
        if :: wk[v] && vst[0]==IDLE -> vst[0]=NOCPU; priv[0]=0; upc[0]=ULCK
           :: wk[v] && vst[1]==IDLE -> vst[1]=NOCPU; priv[1]=0; upc[1]=ULCK
           :: else fi;
#else
        if :: wk[v] -> note() :: else fi;
#endif
        wk[v]=0; upc[v]=EENA
     :: upc[v]==EENA -> dis[v]=0; upc[v]=ECHK
     :: upc[v]==ECHK -> if :: pend[v] -> dis[v]=1; prk[v]=0; upc[v]=YLCK :: else -> upc[v]=TH fi
     fi }
  od
}

proctype Dispatch() {
end: do
  :: atomic { running<ncpu && (vst[0]==NOCPU || vst[1]==NOCPU) ->
#ifdef W4
     if :: vst[0]==NOCPU -> start(0) :: vst[1]==NOCPU -> start(1) fi
#else
     if :: savedpriv(0) && (!savedpriv(1) || turn==0) -> start(0)
        :: savedpriv(1) && (!savedpriv(0) || turn==1) -> start(1)
        :: !savedpriv(0) && !savedpriv(1) && vst[0]==NOCPU && (vst[1]!=NOCPU||turn==0) -> start(0)
        :: !savedpriv(0) && !savedpriv(1) && vst[1]==NOCPU && (vst[0]!=NOCPU||turn==1) -> start(1) fi
#endif
     }
  od
}
/* tick: seen by every running VP; at most one per user step */
inline tick1(w, o) {
  if
#ifndef W10
     :: vst[w]==RUN && !dis[w] && RANGE(w) -> skip  /* has not run yet: next tick */
     :: vst[w]==RUN && !dis[w] && !RANGE(w) ->
#else
     :: vst[w]==RUN && !dis[w] ->
#endif
#ifdef W8
        if :: len(ready[RI(w)])>0 -> save(w) :: else fi
#else
        save(w)
#endif
     :: vst[w]==RUN && dis[w] -> pend[w]=1;
        if :: running>ncpu && gr[w] -> vst[w]=NOCPU; priv[w]=!(upc[w]==ULCK && ut[w]==NONE)
           :: running>ncpu && !gr[w] -> gr[w]=1
           :: else fi
     :: else fi
}
proctype Tick() { byte sv, t;
end: do
  :: atomic { (vst[0]!=RUN || ran[0]) && (vst[1]!=RUN || ran[1]) && running>0 ->
     tick1(0,1); tick1(1,0);
#ifndef W4   /* rule R: a VP saved while disabled goes first, else in turn */
     if :: running==ncpu && savedpriv(0) && vst[1]==RUN -> swap(1,0)
        :: running==ncpu && savedpriv(1) && vst[0]==RUN -> swap(0,1)
        :: else fi;
#endif
     ran[0]=0; ran[1]=0 }
  od
}
/* the allocator gives, and asks for what it takes */
proctype Alloc() {
end: do
  :: atomic { bud>0 && ncpu<2 -> ncpu++; if :: bud<255 -> bud-- :: else fi }
  :: atomic { bud>1 && ncpu>0 -> ncpu--; if :: bud<255 -> bud-- :: else fi }
  od
}
/* what an open VP does when it is kicked: gives up its CPU if too many run or a private save waits,
   or else takes what is on the list. A closed one is told, and stopped at its second tick (W4: at once). */
inline edge(v, o) {
  if :: (running>ncpu || savedpriv(o) && running==ncpu) && enabled_run(v) -> take(v)
     :: running<=ncpu && !savedpriv(o) && enabled_run(v) && !RANGE(v) && len(ready[RI(v)])>0 -> save(v)
     :: running<=ncpu && !savedpriv(o) && enabled_run(v) && RANGE(v) && len(ready[RI(v)])>0 && !pend[v] ->
#ifdef W11
        save(v)
#else
        pend[v]=1
#endif
#ifdef W4
     :: running>ncpu && vst[v]==RUN && dis[v] -> take(v)
#endif
  fi
}
proctype Edge() { byte sv, t;
end: do
  :: atomic { edge(0,1) }
  :: atomic { edge(1,0) }
  od
}
/* devices: a call ends; a page arrives */
proctype Device() { byte sv, t, pl;
end: do
  :: atomic { loc[0]==BLK||loc[0]==PLN -> unblock(0) }
#ifndef PIPE
  :: atomic { loc[1]==BLK||loc[1]==PLN -> unblock(1) }
  :: atomic { loc[2]==BLK||loc[2]==PLN -> unblock(2) }
#endif
  :: atomic { vst[0]==FAULT -> vst[0]=NOCPU; priv[0]=1 }
  :: atomic { vst[1]==FAULT -> vst[1]=NOCPU; priv[1]=1 }
  od
}
init { atomic {
  vst[0]=RUN; upc[0]=TH; cur[0]=0; ut[0]=0; nxt[0]=NONE; loc[0]=CPU; val[0]=NONE;
  vst[1]=NOCPU; dis[1]=1; upc[1]=ULCK; cur[1]=NONE; ut[1]=NONE; nxt[1]=NONE;
  loc[1]=RUNQ; val[1]=1; runq!1; loc[2]=RUNQ; val[2]=2; runq!2;
  run VP(0); run VP(1); run Dispatch(); run Tick(); run Alloc(); run Edge(); run Device();
} }
#ifdef LIVE
#define runnable (loc[LIVE]==READY || loc[LIVE]==RUNQ || loc[LIVE]==HAND)
#define onit (loc[LIVE]==CPU)
ltl live { [] (runnable -> <> onit) }
#endif
#ifdef LOCKLIVE   /* a scheduler lock is never left held by a VP that does not come back */
#define held (lk==LOCKLIVE)
ltl unlock { [] (held -> <> (!held)) }
#endif
