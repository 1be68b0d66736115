// SWITCH goes from thread R14 to thread AX and frees the lock at BX: the context is whole, and its
// stack left, before that. A thread that begins finds itself in R14.
#define SWITCH \
	MOVQ AX, VP_cur(GS) \
	MOVQ BP, thread_bp(R14) \
	MOVQ SP, thread_sp(R14) \
	MOVQ thread_sp(AX), SP \
	MOVQ thread_bp(AX), BP \
	MOVQ AX, R14 \
	MOVQ VP_m(GS), CX \
	MOVQ CX, (thread_g+gWords_m)(AX) \
	MOVQ AX, const_mCurG(CX) \
	MOVQ AX, (TLS) \
	MOVL $0, (BX)

// LEAVE ends the critical section and returns.
#define LEAVE \
	MOVL $0, VP_disabled(GS) \
	CMPL VP_pending(GS), $0 \
	JNE  look \
	RET \
look: \
	JMP  ·look(SB)
