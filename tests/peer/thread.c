/* POSIX threads (NPTL): what LWPs, and later user threads, are compared with. */
#include "bench.h"
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int futex(int *word, int op, int value)
{
	return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, 0, 0, 0);
}

static pthread_attr_t small; /* a stack of 16 KiB, the least there is */

static pthread_t start(void *(*body)(void *), const pthread_attr_t *a)
{
	pthread_t t;
	if ((errno = pthread_create(&t, a, body, 0)))
		want(-1);
	return t;
}

static void *nothing(void *a) { return a; }

static uint64_t create_join(long n, const pthread_attr_t *a)
{
	uint64_t t = rdtsc();
	while (n--)
		pthread_join(start(nothing, a), 0);
	return rdtsc() - t;
}

static uint64_t pthread_create_join(long n) { return create_join(n, 0); }

static uint64_t pthread_create_join_16k(long n)
{
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	pthread_attr_setguardsize(&small, 0);
	return create_join(n, &small);
}

/* A turn that two threads pass to each other: odd is the partner's; LAST ends it. */
#define LAST INT_MIN
static int turn;

static int await_turn(int mine)
{
	for (;;) {
		int v = __atomic_load_n(&turn, __ATOMIC_SEQ_CST);
		if (v == LAST)
			return 0;
		if ((v & 1) == mine)
			return 1;
		futex(&turn, FUTEX_WAIT, v);
	}
}

static void pass_turn(void)
{
	__atomic_add_fetch(&turn, 1, __ATOMIC_SEQ_CST);
	futex(&turn, FUTEX_WAKE, 1);
}

static void *futex_partner(void *a)
{
	while (await_turn(1))
		pass_turn();
	return a;
}

static uint64_t futex_pingpong(long n)
{
	turn = 0;
	pthread_t p = start(futex_partner, 0);
	for (int i = 0; i < 10; i++) {
		pass_turn();
		await_turn(0);
	}
	uint64_t t = rdtsc();
	while (n--) {
		pass_turn();
		await_turn(0);
	}
	t = rdtsc() - t;
	__atomic_store_n(&turn, LAST, __ATOMIC_SEQ_CST);
	futex(&turn, FUTEX_WAKE, 1);
	pthread_join(p, 0);
	return t;
}

static volatile int stop;

static void *yielder(void *a)
{
	while (!stop)
		sched_yield();
	return a;
}

/* Threads that yield to each other, as processes do in yield_switch. */
static uint64_t pthread_yield_switch(long n)
{
	struct sched_param fifo = {.sched_priority = 1}, other = {0};
	want(sched_setscheduler(0, SCHED_FIFO, &fifo));
	stop = 0;
	pthread_t p = start(yielder, 0);
	for (int i = 0; i < 10; i++)
		sched_yield();
	uint64_t t = rdtsc();
	while (n--)
		sched_yield();
	t = rdtsc() - t;
	stop = 1;
	pthread_join(p, 0);
	want(sched_setscheduler(0, SCHED_OTHER, &other));
	return t;
}

static volatile long runner;          /* who has run last */
static volatile uint64_t seen[2];     /* each one's last counter */
static volatile uint64_t gaps;        /* from one's last look at the counter to the other's first */
static volatile int left;             /* how many gaps are still to be seen */

static void compute(long me)
{
	while (left > 0) {
		if (runner != me) {
			uint64_t t = rdtsc();
			runner = me;
			gaps += t - seen[!me];
			left--;
		}
		seen[me] = rdtsc();
	}
}

static void *compute_beside(void *a) { compute(1); return a; }

/* Two threads compute; the tick takes the processor from one and gives it to the other. */
static uint64_t pthread_preempt_switch(long n)
{
	runner = 0;
	left = n + 1;
	pthread_t p = start(compute_beside, 0);
	while (runner == 0) /* its first gap has its beginning in it */
		seen[0] = rdtsc();
	gaps = 0;
	compute(0);
	pthread_join(p, 0);
	return gaps;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed[2] = {PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER};
static int whose, gate;

static void *park(void *a)
{
	while (!__atomic_load_n(&gate, __ATOMIC_SEQ_CST))
		futex(&gate, FUTEX_WAIT, 0);
	return a;
}

static void open_gate(void)
{
	__atomic_store_n(&gate, 1, __ATOMIC_SEQ_CST);
	futex(&gate, FUTEX_WAKE, INT_MAX);
}

/* An uncontended pair; the C library leaves the locked instructions out if there is no other
   thread. */
static uint64_t pthread_mutex_pair(long n)
{
	gate = 0;
	pthread_t p = start(park, 0);
	uint64_t t = rdtsc();
	while (n--) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
	}
	t = rdtsc() - t;
	open_gate();
	pthread_join(p, 0);
	return t;
}

static void hand_over(int me, long n)
{
	pthread_mutex_lock(&mutex);
	while (n--) {
		while (whose != me)
			pthread_cond_wait(&changed[me], &mutex);
		whose = !me;
		pthread_cond_signal(&changed[!me]);
	}
	pthread_mutex_unlock(&mutex);
}

static long rounds;
static void *cond_partner(void *a) { hand_over(1, rounds); return a; }

static uint64_t pthread_cond_pingpong(long n)
{
	whose = 0;
	rounds = n + 10;
	pthread_t p = start(cond_partner, 0);
	hand_over(0, 10);
	uint64_t t = rdtsc();
	hand_over(0, n);
	t = rdtsc() - t;
	pthread_join(p, 0);
	return t;
}

const struct benchmark thread_benchmarks[] = {
	{"pthread_create_join", pthread_create_join, 200, 1},
	{"pthread_create_join_16k", pthread_create_join_16k, 200, 1},
	{"futex_pingpong", futex_pingpong, 1000, 2},
	{"pthread_yield_switch", pthread_yield_switch, 1000, 2},
	{"pthread_preempt_switch", pthread_preempt_switch, 8, 1},
	{"pthread_mutex", pthread_mutex_pair, 20000, 1},
	{"pthread_cond_pingpong", pthread_cond_pingpong, 1000, 2},
	{0},
};

/* A field of /proc/meminfo, in bytes. */
static long meminfo(const char *key)
{
	static char text[8192];
	int f = want(open("/proc/meminfo", O_RDONLY));
	long n = want(read(f, text, sizeof text - 1));
	close(f);
	text[n] = 0;
	char *p = strstr(text, key);
	return want(p ? atol(p + strlen(key)) * 1024 : -1);
}

/* What many parked threads cost: of all memory, and without the pages of their stacks, which
   are the program's (AnonPages). */
void thread_memory(void)
{
	enum { N = 10000 };
	static pthread_t all[N];
	memset(all, 1, sizeof all);
	pthread_create_join_16k(100);
	gate = 0;
	long available = meminfo("MemAvailable:"), user = meminfo("AnonPages:");
	for (int i = 0; i < N; i++)
		all[i] = start(park, &small);
	usleep(300000); /* they run until they are parked; per-CPU counts are folded in */
	available -= meminfo("MemAvailable:");
	user = meminfo("AnonPages:") - user;
	printf("BENCH pthread_bytes %.1f bytes\n", available / (double)N);
	printf("BENCH pthread_kernel_bytes %.1f bytes\n", (available - user) / (double)N);
	open_gate();
	for (int i = 0; i < N; i++)
		pthread_join(all[i], 0);
}
