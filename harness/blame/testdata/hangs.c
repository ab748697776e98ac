// SPDX-License-Identifier: Apache-2.0
//
// Hangs in functions that a stack has to name: the main thread waits for a worker, the worker for a
// lock that it holds itself, and three others for work that never comes.
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void lock_again(void) {
  pthread_mutex_lock(&lock);  // in lock_again
  __asm__ volatile("");       // No tail call.
}

__attribute__((noinline)) static void *lock_twice(void *unused) {
  pthread_mutex_lock(&lock);
  lock_again();  // in lock_twice
  __asm__ volatile("");
  return unused;
}

__attribute__((noinline)) static void *wait_for_work(void *unused) {
  pthread_mutex_lock(&queue);
  for (;;) pthread_cond_wait(&work, &queue);  // in wait_for_work
  return unused;
}

__attribute__((noinline)) static void wait_for_worker(pthread_t worker) {
  pthread_join(worker, NULL);  // in wait_for_worker
  __asm__ volatile("");
}

int main(void) {
  pthread_t worker;
  for (int i = 0; i < 3; ++i) pthread_create(&worker, NULL, wait_for_work, NULL);
  pthread_create(&worker, NULL, lock_twice, NULL);
  wait_for_worker(worker);  // in main
  return 0;
}
