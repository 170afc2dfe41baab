/* Which strings crypt(3) can return: the real ones of libxcrypt, and the look-alikes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <crypt.h>
#include <string.h>

#include "importers/old/crypt_shape.h"

static void
test_takes_what_libcrypt_returns(void **state)
{
	(void)state;
	static const char *const settings[] = { "ab", "_J9..salt", "$1$saltsalt$", "$1$$",
		"$2b$04$abcdefghijklmnopqrstuu", "$2y$04$abcdefghijklmnopqrstuu", "$5$salt$",
		"$5$rounds=1000$saltsaltsaltsalt$", "$6$salt$", "$6$rounds=1000$s$",
		"$7$CU..../....saltsaltsaltsalt$", "$y$j75$saltsalt$", "$gy$j75$saltsalt$",
		"$sha1$10$saltsalt$", "$md5$saltsalt$", "$md5,rounds=1$salt$", "$3$$" };
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		struct crypt_data scratch = { 0 };
		/* crypt_r() is one that the address sanitiser replaces, and not with libxcrypt's.
		 */
		const char *hash = crypt_rn("pw", settings[i], &scratch, sizeof(scratch));
		if (!hash || hash[0] == '*')
			fail_msg("libcrypt does not make %s", settings[i]);
		if (!crypt_can_return(hash))
			fail_msg("refused: %s", hash);
	}
}

static void
test_refuses_what_libcrypt_never_returns(void **state)
{
	(void)state;
	static const char *const strings[] = { "", "*", "!", "x", "pw", "abcdefghijkl",
		"abcdefghijklmn", "abcdefghijkl:", "!$6$salt$abc", "{MD5}abc", "{SHA}abcdefgh",
		"$1$salt$short", "$6$salt$abc", "$apr1$saltsalt$abcdefghijklmnopqrstuv",
		"$argon2id$v=19$m=65536,t=2,p=1$abc$def", "$1$saltsalt$abcdefghijklmnopqrstuv\r",
		"$1$saltsalt9$abcdefghijklmnopqrstuv", "$2b$04$short", "$", "$$", "$1$", "$6$",
		"$5$rounds=$salt$abcdefghijklmnopqrstuvabcdefghijklmnopqrstu", "*0" };
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (crypt_can_return(strings[i]))
			fail_msg("taken: %s", strings[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes_what_libcrypt_returns),
		cmocka_unit_test(test_refuses_what_libcrypt_never_returns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
