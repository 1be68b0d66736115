/* POSIX threads: create and join, mutex, condition, barrier, thread-local data, cancellation. */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static __thread long mine;
static int count, turn;

static void *work(void *arg)
{
	mine = (long)arg;
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 10000; i++) {
		pthread_mutex_lock(&mutex);
		count++;
		pthread_mutex_unlock(&mutex);
	}
	for (int round = 0; round < 100; round++) { /* in turn */
		pthread_mutex_lock(&mutex);
		while (turn % 4 != mine)
			pthread_cond_wait(&turned, &mutex);
		turn++;
		pthread_cond_broadcast(&turned);
		pthread_mutex_unlock(&mutex);
	}
	return (void *)mine;
}

static void *forever(void *arg)
{
	for (;;)
		pthread_testcancel();
}

int main(void)
{
	pthread_t t[4], c;
	void *result;
	long sum = 0;

	pthread_barrier_init(&barrier, 0, 4);
	for (long i = 0; i < 4; i++)
		if (pthread_create(&t[i], 0, work, (void *)i))
			return 1;
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &result);
		sum += (long)result;
	}
	printf("count %d turn %d sum %ld\n", count, turn, sum);
	pthread_create(&c, 0, forever, 0);
	pthread_cancel(c);
	pthread_join(c, &result);
	printf("cancelled %d\n", result == PTHREAD_CANCELED);
	return 0;
}
