/* The measuring method of user/bench, see tools/peer/doc.go. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPETITIONS 7

/* A benchmark's run does n rounds, in each of which ops operations are done, and returns the
   ticks they took. Making its partners is not in the figure, as it is not in user/bench. */
struct benchmark {
	const char *name;
	uint64_t (*run)(long n);
	long n;
	int ops;
};

static inline uint64_t rdtsc(void)
{
	uint32_t a, d;
	__asm__ volatile("rdtsc" : "=a"(a), "=d"(d) :: "memory");
	return (uint64_t)d << 32 | a;
}

/* want ends the run if a call failed: a figure of a failed call would be a fine one. */
#define want(call) ({                                                              \
	__typeof__(call) v_ = (call);                                              \
	if ((long)v_ == -1) {                                                      \
		printf("FAILED %s: %s\n", #call, strerror(errno));                 \
		fflush(stdout);                                                    \
		finish();                                                          \
	}                                                                          \
	v_;                                                                        \
})

void finish(void) __attribute__((noreturn)); /* switches the machine off */

extern const struct benchmark process_benchmarks[], thread_benchmarks[];
void thread_memory(void);
