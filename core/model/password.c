/*
 * password.c - plaintext passwords: checked, made and hashed.
 *
 * Every buffer that held a password or crypt(3)'s state is wiped before it is freed; what is handed
 * out lives in the arena, which wipes itself.
 */
#include "core/model/password.h"

#include <assert.h>
#include <crypt.h>
#include <errno.h>
#include <nettle/memops.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/text.h"

/* yescrypt takes 16 MiB each. */
#define MAX_THREADS 32

#define GROUPS 4
#define GROUP_LETTERS 5

/* ---- checking ---- */

/* The byte test also covers what is not UTF-8, where C1 controls cannot be told from letters. */
static bool
has_control(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			return true;
	}
	size_t size = strlen(text);
	return text_is_utf8(text, size) && text_has_control(text, size);
}

static void
warn_of_outer_blanks(const char *text, struct place place, struct diags *diags)
{
	if (*text != ' ' && text[strlen(text) - 1] != ' ')
		return;
	diag_warning(diags, place, "password begins or ends with a blank, which counts");
	diag_hint(diags, "Take the blank out unless it is meant.");
	diag_code(diags, "password-blank");
}

/* "$id$salt$hash" of crypt(5): somebody who has such a thing has it from a shadow file. */
static void
warn_of_hash(const char *text, struct place place, struct diags *diags)
{
	const char *salt = *text == '$' ? strchr(text + 1, '$') : NULL;
	if (!salt || !strchr(salt + 1, '$'))
		return;
	diag_warning(diags, place, "password looks like a hash, and would be the password itself");
	diag_hint(diags, "Name the column 'password_hash' if it is one.");
	diag_code(diags, "password-is-hash");
}

bool
password_check(const char *text, struct place place, struct diags *diags)
{
	const char *fault = NULL;
	if (!*text)
		fault = "is empty";
	else if (strlen(text) >= CRYPT_MAX_PASSPHRASE_SIZE)
		fault = "is longer than 511 bytes";
	else if (has_control(text))
		fault = "contains a control character";
	else if (text[strspn(text, " ")] == '\0')
		fault = "has nothing but blanks";
	if (!fault) {
		warn_of_outer_blanks(text, place, diags);
		warn_of_hash(text, place, diags);
		return true;
	}
	diag_error(diags, place, "password %s", fault);
	diag_hint(diags, "Choose another one, or leave the cell empty.");
	return false;
}

/* ---- making ---- */

/* getrandom(2) on kernels before 3.17 would fail; a password must then not be made at all. */
static void
fill_random(unsigned char *bytes, size_t size)
{
	for (size_t got = 0; got < size;) {
		ssize_t n = getrandom(bytes + got, size - got, 0);
		if (n < 0 && errno != EINTR)
			abort();
		if (n > 0)
			got += (size_t)n;
	}
}

/* Without 0 O o, 1 I i l, 2, 5 and B, which are mistaken for one another on paper. */
static const char letters[] = "346789ACDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz";

/*
 * Bytes beyond the last whole multiple of the alphabet are thrown away: a plain remainder would
 * make the first letters likelier.
 */
static char
random_letter(void)
{
	const unsigned count = sizeof(letters) - 1;
	const unsigned limit = 256 - 256 % count;
	unsigned char byte;
	do {
		fill_random(&byte, 1);
	} while (byte >= limit);
	return letters[byte % count];
}

char *
password_generate(struct arena *arena)
{
	char *password = arena_alloc(arena, GROUPS * (GROUP_LETTERS + 1));
	char *next = password;
	for (int group = 0; group < GROUPS; group++) {
		if (group)
			*next++ = '-';
		for (int i = 0; i < GROUP_LETTERS; i++)
			*next++ = random_letter();
	}
	return password;
}

/* ---- hashing ---- */

#define AUTO_CRYPT_DATA AUTO(crypt_data_destroy)

static struct crypt_data *
crypt_data_create(void)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	if (!data)
		abort();
	return data;
}

static void
crypt_data_destroy(struct crypt_data **data)
{
	if (*data)
		explicit_bzero(*data, sizeof(**data));
	free(*data);
}

/* One batch while its threads work. Everything below `lock` is guarded by it. */
struct hashing {
	const struct password_batch *batch;
	const char *prefix;
	char (*outputs)[CRYPT_OUTPUT_SIZE];
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next; /* the first password that nobody has taken */
	size_t done;
	size_t running; /* threads that still work */
	int error;	/* errno of the first failure; then nobody takes more */
};

/* 0 or an errno value. */
static int
hash_one(struct hashing *hashing, size_t i, struct crypt_data *data)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	if (!crypt_gensalt_rn(hashing->prefix, 0, NULL, 0, setting, sizeof(setting)))
		return errno;
	const char *hash = crypt_rn(hashing->batch->passwords[i], setting, data, sizeof(*data));
	if (!hash)
		return errno;
	assert(strlen(hash) < CRYPT_OUTPUT_SIZE);
	strcpy(hashing->outputs[i], hash);
	return 0;
}

/* The next password's index; false when there is none or somebody failed. */
static bool
take_next(struct hashing *hashing, size_t *ret_i)
{
	pthread_mutex_lock(&hashing->lock);
	bool taken = !hashing->error && hashing->next < hashing->batch->count;
	if (taken)
		*ret_i = hashing->next++;
	else
		hashing->running--;
	pthread_cond_signal(&hashing->changed);
	pthread_mutex_unlock(&hashing->lock);
	return taken;
}

static void
record_result(struct hashing *hashing, int error)
{
	pthread_mutex_lock(&hashing->lock);
	if (!error)
		hashing->done++;
	else if (!hashing->error)
		hashing->error = error;
	pthread_mutex_unlock(&hashing->lock);
}

static void *
hash_until_done(void *ctx)
{
	struct hashing *hashing = ctx;
	AUTO_CRYPT_DATA struct crypt_data *data = crypt_data_create();
	size_t i;
	while (take_next(hashing, &i))
		record_result(hashing, hash_one(hashing, i, data));
	return NULL;
}

/* Waits in the calling thread, so that progress is reported from there. */
static void
watch(struct hashing *hashing)
{
	const struct password_batch *batch = hashing->batch;
	pthread_mutex_lock(&hashing->lock);
	for (bool working = true; working;) {
		working = hashing->running;
		if (working)
			pthread_cond_wait(&hashing->changed, &hashing->lock);
		size_t done = hashing->done;
		pthread_mutex_unlock(&hashing->lock);
		if (batch->progress)
			batch->progress(batch->ctx, done, batch->count);
		pthread_mutex_lock(&hashing->lock);
	}
	pthread_mutex_unlock(&hashing->lock);
}

static size_t
thread_count(const struct password_batch *batch)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t threads = batch->threads;
	if (!threads)
		threads = processors > 0 ? (size_t)processors : 1;
	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	return threads < batch->count ? threads : batch->count;
}

static void
run_threads(struct hashing *hashing)
{
	pthread_t threads[MAX_THREADS];
	size_t wanted = thread_count(hashing->batch);
	size_t started = 0;
	hashing->running = wanted;
	while (started < wanted &&
		pthread_create(&threads[started], NULL, hash_until_done, hashing) == 0)
		started++;

	pthread_mutex_lock(&hashing->lock);
	hashing->running -= wanted - started;
	pthread_mutex_unlock(&hashing->lock);
	if (started) {
		watch(hashing);
	} else if (wanted) {
		/* No thread to be had: slower, but no reason to fail. */
		hashing->running = 1;
		hash_until_done(hashing);
	}
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

/* The prefix of the best method that this host can make. */
static const char *
best_prefix(void)
{
	return crypt_checksalt("$y$") == CRYPT_SALT_OK ? "$y$" : "$6$";
}

bool
password_hash_all(struct password_batch *batch, struct arena *arena, struct diags *diags)
{
	struct hashing hashing = { .batch = batch,
		.prefix = best_prefix(),
		.outputs = arena_alloc(arena, batch->count * CRYPT_OUTPUT_SIZE),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER };
	run_threads(&hashing);
	if (hashing.error)
		return diag_error(
			diags, NOWHERE, "cannot hash a password: %s", strerror(hashing.error));

	for (size_t i = 0; i < batch->count; i++)
		batch->hashes[i] = hashing.outputs[i];
	return true;
}

bool
password_matches(const char *password, const char *hash)
{
	AUTO_CRYPT_DATA struct crypt_data *data = crypt_data_create();
	const char *made = crypt_rn(password, hash, data, sizeof(*data));
	size_t size = strlen(hash);
	return made && strlen(made) == size && memeql_sec(made, hash, size);
}
