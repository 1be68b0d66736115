/* What user/bench/bench.go measures, on Linux. */
#include "bench.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define TIMED(body) ({ uint64_t t_ = rdtsc(); body; rdtsc() - t_; })

static uint64_t null_syscall(long n)
{
	return TIMED(while (n--) syscall(SYS_getppid));
}

/* The first write to each of n pages, with its share of mmap and munmap. */
static uint64_t page_fault(long n)
{
	uint64_t t = rdtsc();
	char *p = want(mmap(0, n * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	for (long i = 0; i < n; i++)
		((volatile char *)p)[i * 4096] = 1;
	munmap(p, n * 4096);
	return rdtsc() - t;
}

static uint64_t fork_exit_wait(long n)
{
	return TIMED(while (n--) {
		pid_t p = want(fork());
		if (!p)
			_exit(0);
		want(waitpid(p, 0, 0));
	});
}

static void spawn(pid_t p)
{
	static char *const argv[] = {"/bin/true", 0}, *const env[] = {0};
	if (!p) {
		execve(argv[0], argv, env);
		_exit(127);
	}
	int status;
	want(waitpid(p, &status, 0));
	want(status == 0 ? 0 : -1);
}

static uint64_t fork_exec_wait(long n)
{
	return TIMED(while (n--) spawn(want(fork())));
}

/* The quickest that Linux has, which borrows the address space. */
static uint64_t vfork_exec_wait(long n)
{
	return TIMED(while (n--) spawn(want(vfork())));
}

/* A byte goes to another process and back: two hand-offs. */
static uint64_t pipe_pingpong(long n)
{
	int there[2], back[2];
	char c = 0;
	want(pipe(there));
	want(pipe(back));
	pid_t p = want(fork());
	if (!p) {
		close(there[1]);
		while (read(there[0], &c, 1) == 1)
			want(write(back[1], &c, 1));
		_exit(0);
	}
#define PING (want(write(there[1], &c, 1)), want(read(back[0], &c, 1)))
	for (int i = 0; i < 10; i++)
		PING;
	uint64_t t = TIMED(while (n--) PING);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
	waitpid(p, 0, 0);
	return t;
}

/* Two processes yield to each other. Only among SCHED_FIFO is a yield sure to switch. */
static uint64_t yield_switch(long n)
{
	struct sched_param fifo = {.sched_priority = 1}, other = {0};
	want(sched_setscheduler(0, SCHED_FIFO, &fifo));
	pid_t p = want(fork());
	if (!p)
		for (;;)
			sched_yield();
	for (int i = 0; i < 10; i++)
		sched_yield();
	uint64_t t = TIMED(while (n--) sched_yield());
	kill(p, SIGKILL);
	waitpid(p, 0, 0);
	want(sched_setscheduler(0, SCHED_OTHER, &other));
	return t;
}

static uint64_t open_close(long n)
{
	return TIMED(while (n--) close(want(open("/dev/null", O_RDONLY))));
}

static uint64_t read_1byte(long n)
{
	char c;
	int f = want(open("/dev/zero", O_RDONLY));
	uint64_t t = TIMED(while (n--) syscall(SYS_read, f, &c, 1));
	close(f);
	return t;
}

static uint64_t write_null(long n)
{
	char c = 0;
	int f = want(open("/dev/null", O_WRONLY));
	uint64_t t = TIMED(while (n--) syscall(SYS_write, f, &c, 1));
	close(f);
	return t;
}

static void on_signal(int s) {}

/* kill of the process itself, the handler, and rt_sigreturn. */
static uint64_t signal_deliver(long n)
{
	want(signal(SIGUSR1, on_signal) == SIG_ERR ? -1 : 0);
	pid_t me = getpid();
	return TIMED(while (n--) kill(me, SIGUSR1));
}

/* A mapping of 16 pages that nobody touches. */
static uint64_t mmap_munmap(long n)
{
	return TIMED(while (n--) munmap(want(mmap(0, 16 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)), 16 * 4096));
}

/* The call itself: the C library would ask the vDSO. */
static uint64_t clock_gettime_call(long n)
{
	struct timespec ts;
	return TIMED(while (n--) syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts));
}

const struct benchmark process_benchmarks[] = {
	{"null_syscall", null_syscall, 20000, 1},
	{"page_fault", page_fault, 1024, 1},
	{"fork_exit_wait", fork_exit_wait, 30, 1},
	{"fork_exec_wait", fork_exec_wait, 20, 1},
	{"vfork_exec_wait", vfork_exec_wait, 20, 1},
	{"pipe_pingpong", pipe_pingpong, 1000, 2},
	{"yield_switch", yield_switch, 1000, 2},
	{"open_close", open_close, 1000, 1},
	{"read_1byte", read_1byte, 5000, 1},
	{"write_null", write_null, 5000, 1},
	{"signal_deliver", signal_deliver, 1000, 1},
	{"mmap_munmap", mmap_munmap, 1000, 1},
	{"clock_gettime", clock_gettime_call, 5000, 1},
	{0},
};
