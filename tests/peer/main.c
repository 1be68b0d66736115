/* Process 1 of the Linux that Gossamer is compared with: runs every benchmark, prints
   "BENCH name value unit" lines as user/bench does, and switches the machine off. */
#include "bench.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <termios.h>

/* The counter at the first instruction of user mode; the linker is told to begin here. */
uint64_t boot_tsc = 1;
__asm__(".globl boot_entry\n"
	"boot_entry:\n"
	"	mov %rdx, %r8\n" /* the C library's start wants it */
	"	rdtsc\n"
	"	shl $32, %rdx\n"
	"	or %rdx, %rax\n"
	"	mov %rax, boot_tsc(%rip)\n"
	"	mov %r8, %rdx\n"
	"	jmp _start\n");

void finish(void)
{
	fflush(stdout);
	tcdrain(1);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* The console's interrupts for the last line are not to fall into the next figure. */
static void settle(void)
{
	fflush(stdout);
	tcdrain(1);
	usleep(3000);
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void measure(const struct benchmark *b)
{
	uint64_t ticks[REPETITIONS];
	settle();
	b->run(b->n / 10 + 1);
	for (int i = 0; i < REPETITIONS; i++)
		ticks[i] = b->run(b->n);
	qsort(ticks, REPETITIONS, sizeof *ticks, ascending);
	printf("BENCH %s %.1f instructions\n", b->name, ticks[REPETITIONS / 2] / ((double)b->n * b->ops));
}

/* The counter must count instructions: a loop of two of them takes two ticks a round. */
static void check_counter(void)
{
	uint64_t least = -1;
	for (int i = 0; i < 3; i++) {
		long n = 100000;
		uint64_t t = rdtsc();
		__asm__ volatile("1: dec %0\n jnz 1b" : "+r"(n));
		t = rdtsc() - t;
		if (t < least)
			least = t;
	}
	if (least < 200000 || least > 200100) {
		printf("FAILED the counter does not count instructions: %lu for 200000\n", least);
		finish();
	}
}

static void set(const char *path, const char *value)
{
	int f = want(open(path, O_WRONLY));
	want(write(f, value, strlen(value)));
	close(f);
}

int main(void)
{
	struct utsname u;
	mkdir("/proc", 0755);
	want(mount("proc", "/proc", "proc", 0, 0));
	mkdir("/dev", 0755);
	want(mount("dev", "/dev", "devtmpfs", 0, 0));
	want(uname(&u));
	printf("\nLINUX %s\nBENCH boot_to_init %lu instructions\n", u.release, boot_tsc);
	check_counter();
	/* Let the work of booting end; and let SCHED_FIFO, for yields that switch, have all. */
	sleep(2);
	set("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	set("/proc/sys/kernel/threads-max", "100000");
	set("/proc/sys/kernel/pid_max", "100000");
	for (const struct benchmark *b = process_benchmarks; b->name; b++)
		measure(b);
	for (const struct benchmark *b = thread_benchmarks; b->name; b++)
		measure(b);
	thread_memory();
	printf("DONE\n");
	finish();
}
