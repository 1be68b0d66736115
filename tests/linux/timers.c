/* Timers, queued signals, scheduling parameters and posix_spawn, as the C library uses them. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sem_t rang;
static volatile int alarms;

static void ring(union sigval v)
{
	if (v.sival_int == 42)
		sem_post(&rang);
}

static void on_alarm(int sig)
{
	alarms++;
}

static void *sleeper(void *arg)
{
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1) /* the program that is spawned */
		return 7;

	/* A timer whose function runs in a thread. */
	struct itimerspec soon = {.it_value = {0, 2000000}, .it_interval = {0, 1000000}};
	struct sigevent ev = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = ring, .sigev_value.sival_int = 42};
	timer_t timer;
	sem_init(&rang, 0, 0);
	if (timer_create(CLOCK_MONOTONIC, &ev, &timer) || timer_settime(timer, 0, &soon, 0))
		return 1;
	for (int i = 0; i < 5; i++)
		sem_wait(&rang);
	timer_delete(timer);
	printf("thread timer\n");

	/* A file of a timer in an epoll set. */
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC), set = epoll_create1(0);
	struct epoll_event want = {EPOLLIN, {.fd = fd}}, got;
	uint64_t count = 0;
	epoll_ctl(set, EPOLL_CTL_ADD, fd, &want);
	timerfd_settime(fd, 0, &soon, 0);
	int n = epoll_wait(set, &got, 1, 10000);
	printf("epoll %d, own %d, ", n, got.data.fd == fd);
	n = read(fd, &count, 8);
	printf("read %d, counted %d\n", n, count > 0);

	/* setitimer and a handler. */
	struct itimerval every = {{0, 2000}, {0, 2000}}, off = {{0}};
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &every, 0);
	while (alarms < 3)
		pause();
	setitimer(ITIMER_REAL, &off, 0);
	printf("alarms\n");

	/* Signals that queue, with values, and waiting for them. */
	sigset_t rt;
	siginfo_t info;
	struct timespec limit = {0, 1000000};
	int sum = 0;
	sigemptyset(&rt);
	sigaddset(&rt, SIGRTMIN + 1);
	pthread_sigmask(SIG_BLOCK, &rt, 0);
	for (int i = 1; i <= 3; i++)
		sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = i});
	for (int i = 0; i < 3; i++) {
		sigwaitinfo(&rt, &info);
		sum = sum * 10 + info.si_value.sival_int;
	}
	n = sigtimedwait(&rt, &info, &limit);
	printf("queued %d, then %d %s\n", sum, n, strerror(errno));

	/* Scheduling: of this process, and of a thread. */
	struct sched_param p = {.sched_priority = 10};
	cpu_set_t cpus;
	pthread_t t;
	int policy;
	nice(5);
	printf("nice %d, ", getpriority(PRIO_PROCESS, 0));
	pthread_create(&t, 0, sleeper, 0);
	n = pthread_setschedparam(t, SCHED_RR, &p);
	p.sched_priority = 0;
	pthread_getschedparam(t, &policy, &p);
	printf("thread %d: policy %d, priority %d, ", n, policy, p.sched_priority);
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	pthread_setaffinity_np(t, sizeof cpus, &cpus);
	CPU_ZERO(&cpus);
	pthread_getaffinity_np(t, sizeof cpus, &cpus);
	printf("CPUs %d %d\n", CPU_COUNT(&cpus), CPU_ISSET(0, &cpus));

	/* Another program. */
	pid_t pid;
	char *args[] = {argv[0], "child", 0};
	n = posix_spawn(&pid, argv[0], 0, 0, args, 0);
	waitid(P_PID, pid, &info, WEXITED);
	printf("spawned %d: status %d\n", n, info.si_status);
	return 0;
}
