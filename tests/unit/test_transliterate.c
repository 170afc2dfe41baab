/*
 * test_transliterate.c - whole alphabets, real names, and both normal forms of each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <uninorm.h>

#include "core/base/text.h"

struct name {
	const char *text, *ascii;
};

/* The same text, composed or decomposed. */
static char *
in_form(struct arena *arena, const char *text, uninorm_t form)
{
	size_t length;
	AUTO_FREE uint8_t *result =
		u8_normalize(form, (const uint8_t *)text, strlen(text), NULL, &length);
	return arena_strndup(arena, (const char *)result, length);
}

static void
assert_names(enum text_language language, const struct name *names, size_t count)
{
	AUTO_ARENA struct arena arena = { 0 };
	const uninorm_t forms[] = { UNINORM_NFC, UNINORM_NFD };
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < ARRAY_LEN(forms); j++) {
			bool lost = true;
			char *text = in_form(&arena, names[i].text, forms[j]);
			assert_string_equal(
				text_ascii(&arena, text, language, &lost), names[i].ascii);
			assert_false(lost);
		}
	}
}

#define ASSERT_NAMES(language, ...)                                                                \
	do {                                                                                       \
		static const struct name names[] = { __VA_ARGS__ };                                \
		assert_names(language, names, ARRAY_LEN(names));                                   \
	} while (0)

static void
test_ascii_stays_as_it_is(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	char every[128];
	for (int i = 0; i < 127; i++)
		every[i] = (char)(i + 1);
	every[127] = '\0';
	bool lost = true;
	assert_string_equal(text_ascii(&arena, every, TEXT_LANGUAGE_DE, &lost), every);
	assert_false(lost);
	assert_string_equal(text_ascii(&arena, "", TEXT_LANGUAGE_DE, NULL), "");
}

static void
test_latin_letters_lose_their_marks(void **state)
{
	(void)state;
	ASSERT_NAMES(TEXT_LANGUAGE_DEFAULT, { "Müller", "Muller" }, { "MÜLLER", "MULLER" },
		{ "Øystein", "Oystein" }, { "Łukasz", "Lukasz" }, { "Ångström", "Angstrom" },
		{ "José Peña", "Jose Pena" }, { "Nguyễn Đức Ượng", "Nguyen Duc Uong" },
		{ "Żółć", "Zolc" }, { "Dvořák", "Dvorak" },
		{ "Erdoğan İnönü ılgaz", "Erdogan Inonu ilgaz" },
		{ "Ștefan Țăran", "Stefan Taran" }, { "Győző Űrhajó", "Gyozo Urhajo" },
		{ "Þóra Guðmundsdóttir", "Thora Gudmundsdottir" },
		{ "Æther Œuvre", "Aether Oeuvre" }, { "ÆTHER ŒUVRE ÞÓRA", "AETHER OEUVRE THORA" },
		{ "Weiß", "Weiss" }, { "STRAẞE", "STRASSE" }, { "Əliyev", "Eliyev" },
		{ "Ħamrun Ŋ Ŧ", "Hamrun N T" }, { "Gal·la", "Galla" },
		{ "Ĳsselmeer", "IJsselmeer" }, { "ﬁn", "fin" });
}

static void
test_letters_without_a_decomposition_are_known(void **state)
{
	(void)state;
	ASSERT_NAMES(TEXT_LANGUAGE_DEFAULT,
		{ "ß æ ð ø þ đ ħ ı ĸ ł ŋ œ ŧ", "ss ae d o th d h i q l n oe t" },
		{ "ƒ ƙ ƴ ƶ ǝ ǥ ȷ ɓ ɔ ɖ ɗ ə ɛ ɣ ɨ ɲ ʉ ʋ ʒ",
			"f k y z e g j b o d d e e g i n u v z" },
		{ "Æ Ð Ø Þ Đ Ħ Ł Ŋ Œ Ŧ Ƙ Ɔ Ɗ Ɛ", "Ae D O Th D H L N Oe T K O D E" });
}

static void
test_german_spells_umlauts_out(void **state)
{
	(void)state;
	ASSERT_NAMES(TEXT_LANGUAGE_DE, { "Müller", "Mueller" }, { "MÜLLER", "MUELLER" },
		{ "Ärger", "Aerger" }, { "ÄRGER", "AERGER" }, { "Ä", "Ae" }, { "Ä.", "Ae." },
		{ "BÄ", "BAE" }, { "bä", "bae" }, { "ÜÖ", "UEOE" }, { "Öz Ü", "Oez Ue" },
		{ "Weiß", "Weiss" }, { "GROẞ", "GROSS" }, { "Ångström", "Angstroem" },
		{ "Øre", "Ore" }, { "ǖ", "ue" }, { "Zoë", "Zoe" },
		{ "Müller-Lüdenscheidt", "Mueller-Luedenscheidt" });
}

static void
test_danish_and_norwegian_spell_their_letters_out(void **state)
{
	(void)state;
	ASSERT_NAMES(TEXT_LANGUAGE_DA_NO, { "Ærø", "Aeroe" }, { "Øystein Ås", "Oeystein Aas" },
		{ "ÅSE", "AASE" }, { "ØRE", "OERE" }, { "Ǿ", "Oe" }, { "Müller", "Muller" });
}

static void
test_swedish_and_finnish_are_as_the_default(void **state)
{
	(void)state;
	ASSERT_NAMES(TEXT_LANGUAGE_SV_FI, { "Åsa Häkkinen Öberg", "Asa Hakkinen Oberg" });
}

static void
test_greek_is_transcribed(void **state)
{
	(void)state;
	ASSERT_NAMES(TEXT_LANGUAGE_DEFAULT,
		{ "αβγδεζηθικλμνξοπρστυφχψως", "avgdezithiklmnxoprstyfchpsos" },
		{ "Αθήνα", "Athina" }, { "ΑΘΗΝΑ", "ATHINA" }, { "ΑΘΉΝΑ", "ATHINA" },
		{ "Θεόδωρος", "Theodoros" }, { "Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos" },
		{ "Ευαγγελία", "Evangelia" }, { "Ευτυχία", "Eftychia" }, { "ΕΥΤΥΧΙΑ", "EFTYCHIA" },
		{ "Αυγή", "Avgi" }, { "αυτός", "aftos" }, { "αὐτός", "aftos" }, { "ηύρα", "ivra" },
		{ "Ουρανία ΟΥΡΑΝΙΑ", "Ourania OURANIA" }, { "πραΰς", "prays" },
		{ "άυλος", "aylos" }, { "Μπάμπης", "Bampis" }, { "ΜΠΑΜΠΗΣ", "BAMPIS" },
		{ "γκαμπ", "gkab" }, { "Σφίγξ", "Sfinx" }, { "Μελάγχρα", "Melanchra" },
		{ "ΑΓΓΕΛΟΣ", "ANGELOS" }, { "ΐ ϋ ᾳ ῆ", "i y a i" }, { "Χ", "Ch" },
		{ "Ψυχή", "Psychi" });
}

static void
test_cyrillic_follows_icao(void **state)
{
	(void)state;
	ASSERT_NAMES(TEXT_LANGUAGE_DEFAULT,
		{ "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
			"abvgdeezhziiklmnoprstufkhtschshshchieyeiuia" },
		{ "Юлия", "Iuliia" }, { "ЮЛИЯ", "IULIIA" }, { "Щукин", "Shchukin" },
		{ "ЩУКИН", "SHCHUKIN" }, { "Щ", "Shch" }, { "щ", "shch" }, { "ЛЕЩ", "LESHCH" },
		{ "Ольга Фёдорова", "Olga Fedorova" }, { "Подъезд", "Podieezd" },
		{ "Хрущёв Ж.", "Khrushchev Zh." }, { "Чайковский", "Chaikovskii" });
}

static void
test_other_cyrillic_alphabets_are_known(void **state)
{
	(void)state;
	ASSERT_NAMES(TEXT_LANGUAGE_DEFAULT,
		/* Ukrainian */
		{ "Євген Їжакевич", "Yevgen Yizhakevich" }, { "ЄВГЕН", "YEVGEN" },
		{ "Гаєвський Ґалаґан", "Gaievskii Galagan" }, { "Україна Київ", "Ukraina Kiiv" },
		{ "Мар'їна Мар’їна", "Mar'ina Mar'ina" },
		/* Belarusian */
		{ "Быкаў Іван Ўладзімір", "Bykau Ivan Uladzimir" },
		/* Serbian and Macedonian */
		{ "Ђорђе Љубица Његош Ћук Џемал Јован", "Dorde Ljubitsa Njegosh Cuk Dzemal Jovan" },
		{ "ЉУБИЦА ЊЕГОШ", "LJUBITSA NJEGOSH" },
		{ "Ѓорѓи Ќосе Ѕвезда", "Gorgi Kose Dzvezda" },
		/* Kazakh */
		{ "Әсел Қанат Өмір Үміт Ұлан Ңғһ", "Asel Kanat Omir Umit Ulan Ngh" },
		/* before 1918 */
		{ "ѣѫѳѵ", "ieufy" });
}

static void
test_punctuation_and_blanks_become_plain(void **state)
{
	(void)state;
	ASSERT_NAMES(TEXT_LANGUAGE_DEFAULT, { "O’Brien O‘Brien Oʼ O´B", "O'Brien O'Brien O' O'B" },
		{ "Anna\xc2\xa0Maria", "Anna Maria" },
		{ "Müller‐Lüdenscheidt–X—Y", "Muller-Ludenscheidt-X-Y" },
		{ "„a“ «b» ”c”", "\"a\" \"b\" \"c\"" }, { "‐ ‑ ‒ – — ― −", "- - - - - - -" },
		{ "\xca\xb9 \xca\xbb \xca\xbc \xca\xbd ‘ ’ ‚ ‛ ′", "' ' ' ' ' ' ' ' '" },
		{ "½…", "1/2..." }, { "Ａｎｎａ", "Anna" },
		{ "an\xe2\x80\x8bna\xef\xbb\xbf\xc2\xad", "anna" },
		{ "a\xcc\x81\xcc\x82\xcc\xb1", "a" }, { "\xcc\x81z", "z" });
}

static void
test_what_has_no_equivalent_is_dropped_and_told(void **state)
{
	(void)state;
	static const struct name names[] = {
		{ "山田 Taro", " Taro" },
		{ "محمد", "" },
		{ "한글", "" },
		{ "a€b", "ab" },
		{ "\xf0\x9f\x98\x80", "" },
		{ "a\xc2\x85", "a" },
		{ "M\xfcller", "Mller" },
		{ "\xff\xfe", "" },
		{ "a\xe2\x82", "a" },
		{ "\xc0\xaf", "" },
		{ "x\xed\xa0\x80y", "xy" },
	};
	AUTO_ARENA struct arena arena = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		bool lost = false;
		assert_string_equal(text_ascii(&arena, names[i].text, TEXT_LANGUAGE_DEFAULT, &lost),
			names[i].ascii);
		assert_true(lost);
		assert_string_equal(text_ascii(&arena, names[i].text, TEXT_LANGUAGE_DEFAULT, NULL),
			names[i].ascii);
	}
}

static void
test_result_of_noise_is_ascii(void **state)
{
	(void)state;
	uint64_t random = 42;
	for (size_t i = 0; i < 5000; i++) {
		AUTO_ARENA struct arena arena = { 0 };
		char text[24] = { 0 };
		for (size_t j = 0; j < sizeof(text) - 1; j++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			text[j] = (char)(random >> 33);
		}
		char *ascii = text_ascii(&arena, text, (enum text_language)(i % 4), NULL);
		for (const char *c = ascii; *c; c++)
			assert_in_range((unsigned char)*c, 0x01, 0x7f);
	}
}

static void
test_very_long_names_are_spelled_to_the_end(void **state)
{
	(void)state;
	enum { LENGTH = 1 << 18 };
	AUTO_ARENA struct arena arena = { 0 };
	char *text = arena_alloc(&arena, 2 * LENGTH + 1);
	for (size_t i = 0; i < LENGTH; i++)
		memcpy(text + 2 * i, "Щ", 2);
	char *ascii = text_ascii(&arena, text, TEXT_LANGUAGE_DEFAULT, NULL);
	assert_int_equal(strlen(ascii), 4 * LENGTH);
	assert_string_equal(ascii + 4 * LENGTH - 8, "SHCHSHCH");
}

static void
test_languages_are_known_by_their_codes(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		enum text_language language;
	} words[] = {
		{ "default", TEXT_LANGUAGE_DEFAULT },
		{ "de", TEXT_LANGUAGE_DE },
		{ "da", TEXT_LANGUAGE_DA_NO },
		{ "no", TEXT_LANGUAGE_DA_NO },
		{ "sv", TEXT_LANGUAGE_SV_FI },
		{ "fi", TEXT_LANGUAGE_SV_FI },
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		enum text_language language = (enum text_language)99;
		assert_true(text_language_parse(words[i].word, &language));
		assert_int_equal(language, words[i].language);
		assert_non_null(strstr(text_language_words(), words[i].word));
	}
	enum text_language language = TEXT_LANGUAGE_DE;
	assert_false(text_language_parse("xx", &language));
	assert_false(text_language_parse("", &language));
	assert_false(text_language_parse("deu", &language));
	assert_int_equal(language, TEXT_LANGUAGE_DE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ascii_stays_as_it_is),
		cmocka_unit_test(test_latin_letters_lose_their_marks),
		cmocka_unit_test(test_letters_without_a_decomposition_are_known),
		cmocka_unit_test(test_german_spells_umlauts_out),
		cmocka_unit_test(test_danish_and_norwegian_spell_their_letters_out),
		cmocka_unit_test(test_swedish_and_finnish_are_as_the_default),
		cmocka_unit_test(test_greek_is_transcribed),
		cmocka_unit_test(test_cyrillic_follows_icao),
		cmocka_unit_test(test_other_cyrillic_alphabets_are_known),
		cmocka_unit_test(test_punctuation_and_blanks_become_plain),
		cmocka_unit_test(test_what_has_no_equivalent_is_dropped_and_told),
		cmocka_unit_test(test_result_of_noise_is_ascii),
		cmocka_unit_test(test_very_long_names_are_spelled_to_the_end),
		cmocka_unit_test(test_languages_are_known_by_their_codes),
	};
	return cmocka_run_group_tests_name("transliterate", tests, NULL, NULL);
}
