//go:build !explore

#include "go_asm.h"
#include "textflag.h"
#include "switch.h"

// Short ways through functions of Go, for when nothing special is going on: the lock is free, no
// priorities differ, nobody is cancelled, no VP sleeps, there are no timers. A short way does what
// its function does, or it does nothing and goes there. The thread that calls is in R14.

// ENTER begins a critical section and takes the lock, or goes to busy. It uses CX.
#define ENTER(lock) \
	MOVL  $1, VP_disabled(GS) \
	MOVL  VP_number1(GS), CX \
	XCHGL CX, lock \
	JCXZL 2(PC) \
	JMP   busy

// BUSY puts back what ENTER has found in the lock, the holder's number, as lock.spin does. It uses AX.
#define BUSY(lock) \
busy: \
	MOVL VP_number1(GS), AX \
	LOCK \
	CMPXCHGL CX, lock

// WAIT has thread R14, which runs, wait in the empty queue at BX, cancellably, and switches to the
// thread woken last, if the VP's queue is empty and there is nothing to look at; otherwise it goes
// to slow with all as it was. The exchange is also what thread.cancel must not be read before.
#define WAIT \
	CMPQ VP_queue+runQueue_mask(GS), $0 \
	JNE  slow \
	MOVQ R14, waitQueue_list+list_head(BX) \
	MOVQ R14, waitQueue_list+list_tail(BX) \
	MOVQ $0, thread_next(R14) \
	MOVQ BX, thread_queue(R14) \
	XORL AX, AX \
	XCHGQ AX, VP_lifo(GS) \
	TESTQ AX, AX \
	JEQ  undo \
	CMPL thread_cancel(R14), $0 \
	JNE  back \
	CALL ·switch<>(SB) \
	CMPL thread_cancel(R14), $0 \
	JNE  cancelled

// UNDO is the way back from WAIT. A VP that looked for work while the thread woken last was in no place
// may sleep beside it now: again sees to that, after the exchange, which is a fence.
#define UNDO(lock, again) \
back: \
	XCHGQ AX, VP_lifo(GS) \
	MOVQ  $0, waitQueue_list+list_head(BX) \
	MOVQ  $0, thread_queue(R14) \
	MOVL  $0, lock \
	JMP   again \
undo: \
	MOVQ $0, waitQueue_list+list_head(BX) \
	MOVQ $0, thread_queue(R14)

// func Yield(): yield
TEXT ·Yield(SB),NOSPLIT|NOFRAME,$0-0
	ENTER(VP_queue+runQueue_lock(GS))
	CMPQ VP_queue+runQueue_mask(GS), $(1<<const_DefaultPriority) // and nothing to look for
	JNE  slow
	CMPQ VP_lifo(GS), $0
	JNE  slow
	CMPL thread_special(R14), $0
	JNE  slow
	MOVQ VP_queue+runQueue_level+const_defaultLevel+list_head(GS), AX
	CMPL thread_special(AX), $0
	JNE  slow
	MOVQ VP_queue+runQueue_level+const_defaultLevel+list_tail(GS), BX
	MOVQ R14, thread_next(BX)
	MOVQ R14, VP_queue+runQueue_level+const_defaultLevel+list_tail(GS)
	MOVQ thread_next(AX), BX
	MOVQ BX, VP_queue+runQueue_level+const_defaultLevel+list_head(GS)
	MOVQ $0, thread_next(R14)
	MOVQ VP_self(GS), BX
	ADDQ $(VP_queue+runQueue_lock), BX
	SWITCH
	LEAVE
slow:
	MOVL $0, VP_queue+runQueue_lock(GS)
	JMP  ·yield(SB) // which enters once more
	BUSY(VP_queue+runQueue_lock(GS))
	JMP  ·yield(SB)

// func semPost(s *Semaphore) Errno: post
TEXT ·semPost(SB),NOSPLIT|NOFRAME,$0-16
	MOVQ s+0(FP), BX
	ENTER(Semaphore_q+waitQueue_lock(BX))
	MOVQ waitQueue_list+list_head(BX), DX
	TESTQ DX, DX
	JEQ  slow
	MOVL thread_special(DX), CX
	ORL  thread_special(R14), CX // who calls may have less than the usual priority
	JNE  slow
	MOVQ thread_next(DX), CX
	MOVQ CX, waitQueue_list+list_head(BX)
	MOVQ $0, thread_queue(DX)
	MOVL $0, Semaphore_q+waitQueue_lock(BX)
	XCHGQ DX, VP_lifo(GS)
	MOVQ DX, CX
	ORQ  ·idleVPs(SB), CX
	JNE  more
	MOVQ $0, ret+8(FP)
	LEAVE
more:
	MOVQ DX, s+0(FP)
	JMP  ·posted(SB)
slow:
	MOVL $0, Semaphore_q+waitQueue_lock(BX)
	JMP  ·post(SB)
	BUSY(Semaphore_q+waitQueue_lock(BX))
	JMP  ·post(SB)

// func semWait(s *Semaphore) Errno: wait
TEXT ·semWait(SB),NOSPLIT|NOFRAME,$0-16
	MOVQ s+0(FP), BX
	ENTER(Semaphore_q+waitQueue_lock(BX))
	MOVQ $0, ret+8(FP)
	CMPL Semaphore_n(BX), $0
	JNE  take
	CMPQ waitQueue_list+list_head(BX), $0
	JNE  slow
	WAIT
	RET
take:
	CMPL thread_cancel(R14), $0
	JNE  slow
	DECL Semaphore_n(BX)
	MOVL $0, Semaphore_q+waitQueue_lock(BX)
	LEAVE
cancelled:
	JMP  ·waited(SB)
	UNDO(Semaphore_q+waitQueue_lock(BX), ·waitAgain(SB))
slow:
	MOVL $0, Semaphore_q+waitQueue_lock(BX)
	JMP  ·wait(SB)
	BUSY(Semaphore_q+waitQueue_lock(BX))
	JMP  ·wait(SB)

// switch from R14 to AX, freeing BX, as a call.
TEXT ·switch<>(SB),NOSPLIT|NOFRAME,$0-0
	SWITCH
	LEAVE


// func Create(f Func, arg uintptr) (ID, Errno): create
TEXT ·Create(SB),NOSPLIT|NOFRAME,$0-32
	ENTER(·pool+stackPool_lock(SB))
	MOVQ ·pool+stackPool_free+const_defaultFree(SB), DX
	TESTQ DX, DX
	JEQ  slow
	CMPL thread_special(R14), $0 // who calls may have less than the usual priority
	JNE  slow
	MOVQ thread_next(DX), CX
	MOVQ CX, ·pool+stackPool_free+const_defaultFree(SB)
	MOVL $0, ·pool+stackPool_lock(SB)
	MOVQ f+0(FP), AX
	MOVQ AX, thread_fn(DX)
	MOVQ arg+8(FP), AX
	MOVQ AX, thread_arg(DX)
	LEAQ -16(DX), CX
	MOVQ CX, thread_sp(DX)
	LEAQ ·threadStart(SB), AX
	MOVQ AX, (CX)
	MOVQ $0, thread_special(DX) // and cancel
	MOVQ $const_newThread, thread_prio(DX) // and base, done, detached, reason
	LOCK
	INCQ ·threads(SB)
	MOVWQZX thread_generation(DX), AX
	SHLQ $const_addressBits, AX
	ORQ  DX, AX
	MOVQ AX, ret+16(FP)
	XCHGQ DX, VP_lifo(GS)
	MOVQ DX, CX
	ORQ  ·idleVPs(SB), CX
	JNE  more
	MOVQ $0, ret1+24(FP)
	LEAVE
more:
	MOVQ DX, f+0(FP)
	MOVQ AX, arg+8(FP)
	JMP  ·created(SB)
slow:
	MOVL $0, ·pool+stackPool_lock(SB)
	JMP  ·create(SB)
	BUSY(·pool+stackPool_lock(SB))
	JMP  ·create(SB)

// func Join(id ID) (result uintptr, e Errno): join
TEXT ·Join(SB),NOSPLIT|NOFRAME,$0-24
	MOVQ id+0(FP), BX
	MOVQ BX, SI
	SHLQ $(64-const_addressBits), BX
	SHRQ $(64-const_addressBits), BX
	MOVQ BX, CX
	SHRQ $const_arenaBits, CX
	CMPQ CX, $1
	JNE  other
	LEAQ thread__size(BX), CX
	TESTL $(const_MinStack-1), CX
	JNE  other
	SHRQ $const_addressBits, SI
	JEQ  other
	ADDQ $thread_exit, BX
	ENTER(waitQueue_lock(BX))
	CMPW SI, thread_generation-thread_exit(BX)
	JNE  slow
	CMPW thread_done-thread_exit(BX), $0 // and detached
	JNE  slow
	CMPQ waitQueue_list+list_head(BX), $0
	JNE  slow
	LEAQ thread_exit(R14), CX
	CMPQ CX, BX
	JEQ  slow
	WAIT
	MOVQ thread_result(R14), AX
	MOVQ AX, result+8(FP)
	MOVQ $0, e+16(FP)
	RET
cancelled:
	JMP  ·joined(SB)
	UNDO(waitQueue_lock(BX), ·joinAgain(SB))
slow:
	MOVL $0, waitQueue_lock(BX)
other:
	JMP  ·join(SB)
	BUSY(waitQueue_lock(BX))
	JMP  ·join(SB)

// threadStart is where a thread begins, its control block in R14: its function, and finish.
TEXT ·threadStart(SB),NOSPLIT|NOFRAME|TOPFRAME,$0-0
	MOVQ thread_arg(R14), AX
	MOVQ thread_fn(R14), DX
	MOVQ (DX), CX
	CALL CX
	MOVQ AX, SI
	CMPL thread_duties(R14), $0
	JNE  other
	LEAQ thread_exit(R14), BX
	ENTER(waitQueue_lock(BX))
	MOVQ waitQueue_list+list_head(BX), DI
	TESTQ DI, DI
	JEQ  slow
	CMPL thread_special(DI), $0
	JNE  slow
	CMPL thread_cancel(R14), $0
	JNE  slow
	CMPQ VP_queue+runQueue_mask(GS), $0
	JNE  slow
	XORL AX, AX
	MOVL VP_number1(GS), CX
	LOCK
	CMPXCHGL CX, ·pool+stackPool_lock(SB)
	JNE  slow
	LOCK
	DECQ ·threads(SB)
	MOVQ SI, thread_result(DI)
	MOVQ $0, thread_queue(DI)
	MOVQ $0, waitQueue_list+list_head(BX)
	ADDW $1, thread_generation(R14)
	ADCW $0, thread_generation(R14)
	MOVW $const_freeThread, thread_done(R14) // and detached
	MOVL $0, waitQueue_lock(BX)
	MOVBLZX thread_class(R14), CX
	LEAQ ·pool(SB), BX
	MOVQ stackPool_free(BX)(CX*8), AX
	MOVQ AX, thread_next(R14)
	MOVQ R14, stackPool_free(BX)(CX*8)
	MOVQ DI, AX
	ADDQ $stackPool_lock, BX
	SWITCH
	LEAVE
	BUSY(waitQueue_lock(BX))
	JMP  other
slow:
	MOVL $0, waitQueue_lock(BX)
other:
	PUSHQ SI
	PUSHQ R14
	CALL ·finish(SB)
	INT  $3
