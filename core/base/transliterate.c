/*
 * transliterate.c - names in Latin, Greek and Cyrillic letters, spelled in ASCII.
 *
 * The text is taken apart (NFKD) into glyphs: a base character in lower case, whether it was upper
 * case, and which of the accents that matter it carried. The tables know lower-case letters only;
 * the case comes back from the glyphs around: 'Щ' is "Shch", and "SHCH" beside capitals.
 *
 * ASCII stays as it is, control characters included: judging those is for the caller. Latin goes
 * after ICAO 9303 without its expansions, Greek after the transcription of ISO 843, Cyrillic
 * after ICAO 9303 in its language-independent column, which is why Ukrainian 'г' is "g".
 */
#include "core/base/text.h"

#include <stdint.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

enum mark {
	MARK_DIAERESIS = 1,
	MARK_RING = 2,
	MARK_ACCENT = 4, /* acute, grave or circumflex: the stress of Greek, old and new */
};

struct glyph {
	ucs4_t letter; /* in lower case */
	unsigned marks;
	bool upper;
};

struct glyphs {
	struct glyph *items;
	size_t count;
};

struct spelling {
	ucs4_t letter;
	const char *ascii; /* "" = silent, which is no loss */
};

/* In the order of the code points. */
static const struct spelling spellings[] = {
	{ U'«', "\"" },
	{ U'·', "" },
	{ U'»', "\"" },
	{ U'ß', "ss" },
	{ U'æ', "ae" },
	{ U'ð', "d" },
	{ U'ø', "o" },
	{ U'þ', "th" },
	{ U'đ', "d" },
	{ U'ħ', "h" },
	{ U'ı', "i" },
	{ U'ĸ', "q" },
	{ U'ł', "l" },
	{ U'ŋ', "n" },
	{ U'œ', "oe" },
	{ U'ŧ', "t" },
	{ U'ƒ', "f" },
	{ U'ƙ', "k" },
	{ U'ƴ', "y" },
	{ U'ƶ', "z" },
	{ U'ǝ', "e" },
	{ U'ǥ', "g" },
	{ U'ȷ', "j" },
	{ U'ɓ', "b" },
	{ U'ɔ', "o" },
	{ U'ɖ', "d" },
	{ U'ɗ', "d" },
	{ U'ə', "e" },
	{ U'ɛ', "e" },
	{ U'ɣ', "g" },
	{ U'ɨ', "i" },
	{ U'ɲ', "n" },
	{ U'ʉ', "u" },
	{ U'ʋ', "v" },
	{ U'ʒ', "z" },
	{ U'\u02b9', "'" },
	{ U'\u02bb', "'" },
	{ U'\u02bc', "'" },
	{ U'\u02bd', "'" },

	{ U'α', "a" },
	{ U'β', "v" },
	{ U'γ', "g" },
	{ U'δ', "d" },
	{ U'ε', "e" },
	{ U'ζ', "z" },
	{ U'η', "i" },
	{ U'θ', "th" },
	{ U'ι', "i" },
	{ U'κ', "k" },
	{ U'λ', "l" },
	{ U'μ', "m" },
	{ U'ν', "n" },
	{ U'ξ', "x" },
	{ U'ο', "o" },
	{ U'π', "p" },
	{ U'ρ', "r" },
	{ U'ς', "s" },
	{ U'σ', "s" },
	{ U'τ', "t" },
	{ U'υ', "y" },
	{ U'φ', "f" },
	{ U'χ', "ch" },
	{ U'ψ', "ps" },
	{ U'ω', "o" },

	{ U'а', "a" },
	{ U'б', "b" },
	{ U'в', "v" },
	{ U'г', "g" },
	{ U'д', "d" },
	{ U'е', "e" },
	{ U'ж', "zh" },
	{ U'з', "z" },
	{ U'и', "i" },
	{ U'к', "k" },
	{ U'л', "l" },
	{ U'м', "m" },
	{ U'н', "n" },
	{ U'о', "o" },
	{ U'п', "p" },
	{ U'р', "r" },
	{ U'с', "s" },
	{ U'т', "t" },
	{ U'у', "u" },
	{ U'ф', "f" },
	{ U'х', "kh" },
	{ U'ц', "ts" },
	{ U'ч', "ch" },
	{ U'ш', "sh" },
	{ U'щ', "shch" },
	{ U'ъ', "ie" },
	{ U'ы', "y" },
	{ U'ь', "" },
	{ U'э', "e" },
	{ U'ю', "iu" },
	{ U'я', "ia" },
	{ U'ђ', "d" },
	{ U'є', "ie" },
	{ U'ѕ', "dz" },
	{ U'і', "i" },
	{ U'ј', "j" },
	{ U'љ', "lj" },
	{ U'њ', "nj" },
	{ U'ћ', "c" },
	{ U'џ', "dz" },
	{ U'ѣ', "ie" },
	{ U'ѫ', "u" },
	{ U'ѳ', "f" },
	{ U'ѵ', "y" },
	{ U'ґ', "g" },
	{ U'ғ', "g" },
	{ U'қ', "k" },
	{ U'ң', "n" },
	{ U'ү', "u" },
	{ U'ұ', "u" },
	{ U'һ', "h" },
	{ U'ә', "a" },
	{ U'ө', "o" },

	{ U'\u2010', "-" },
	{ U'\u2012', "-" },
	{ U'\u2013', "-" },
	{ U'\u2014', "-" },
	{ U'\u2015', "-" },
	{ U'\u2018', "'" },
	{ U'\u2019', "'" },
	{ U'\u201a', "'" },
	{ U'\u201b', "'" },
	{ U'\u201c', "\"" },
	{ U'\u201d', "\"" },
	{ U'\u201e', "\"" },
	{ U'\u2032', "'" },
	{ U'\u2044', "/" },
	{ U'\u2212', "-" },
};

/* Where a language spells a letter, or a letter with a mark, in its own way. */
struct custom {
	enum text_language language;
	ucs4_t letter;
	unsigned marks; /* all of these; more do not matter */
	const char *ascii;
};

static const struct custom customs[] = {
	{ TEXT_LANGUAGE_DE, U'a', MARK_DIAERESIS, "ae" },
	{ TEXT_LANGUAGE_DE, U'o', MARK_DIAERESIS, "oe" },
	{ TEXT_LANGUAGE_DE, U'u', MARK_DIAERESIS, "ue" },
	{ TEXT_LANGUAGE_DA_NO, U'a', MARK_RING, "aa" },
	{ TEXT_LANGUAGE_DA_NO, U'ø', 0, "oe" },
};

struct language_word {
	const char *word;
	enum text_language language;
};

static const struct language_word language_words[] = {
	{ "default", TEXT_LANGUAGE_DEFAULT },
	{ "de", TEXT_LANGUAGE_DE },
	{ "da", TEXT_LANGUAGE_DA_NO },
	{ "no", TEXT_LANGUAGE_DA_NO },
	{ "sv", TEXT_LANGUAGE_SV_FI },
	{ "fi", TEXT_LANGUAGE_SV_FI },
};

bool
text_language_parse(const char *word, enum text_language *ret_language)
{
	for (size_t i = 0; i < ARRAY_LEN(language_words); i++) {
		if (strcmp(word, language_words[i].word) == 0) {
			*ret_language = language_words[i].language;
			return true;
		}
	}
	return false;
}

const char *
text_language_words(void)
{
	return "default, de, da, no, sv, fi";
}

static void
glyphs_finish(struct glyphs *glyphs)
{
	free(glyphs->items);
}

static unsigned
mark_of(ucs4_t c)
{
	switch (c) {
	case 0x0300: /* grave */
	case 0x0301: /* acute, and the Greek tonos */
	case 0x0342: /* Greek circumflex */
		return MARK_ACCENT;
	case 0x0308:
		return MARK_DIAERESIS;
	case 0x030a:
		return MARK_RING;
	default:
		return 0;
	}
}

/* The characters of the text, taken apart. Bytes that are not UTF-8 are left out, and said so. */
static uint32_t *
decomposed(const char *text, size_t *ret_count, bool *ret_lost)
{
	size_t size = strlen(text), count = 0;
	AUTO_FREE uint32_t *characters = calloc(size + 1, sizeof(*characters));
	if (!characters)
		abort();
	*ret_lost = false;
	for (size_t at = 0; at < size;) {
		ucs4_t c;
		int length = u8_mbtoucr(&c, (const uint8_t *)text + at, size - at);
		if (length > 0)
			characters[count++] = c;
		else
			*ret_lost = true;
		at += length > 0 ? (size_t)length : 1;
	}
	uint32_t *result = u32_normalize(UNINORM_NFKD, characters, count, NULL, ret_count);
	if (!result)
		abort();
	return result;
}

static struct glyphs
glyphs_of(const char *text, bool *ret_lost)
{
	size_t count;
	AUTO_FREE uint32_t *characters = decomposed(text, &count, ret_lost);
	struct glyphs glyphs = { .items = calloc(count + 1, sizeof(*glyphs.items)) };
	if (!glyphs.items)
		abort();
	for (size_t i = 0; i < count; i++) {
		ucs4_t c = characters[i];
		if (!uc_is_general_category_withtable(c, UC_CATEGORY_MASK_M))
			glyphs.items[glyphs.count++] = (struct glyph){
				.letter = uc_tolower(c),
				.upper = uc_tolower(c) != c,
			};
		else if (glyphs.count > 0)
			glyphs.items[glyphs.count - 1].marks |= mark_of(c);
	}
	return glyphs;
}

/* The glyph n places after this one, or one that is no letter beyond the ends. */
static struct glyph
neighbour(const struct glyphs *glyphs, size_t at, int n)
{
	size_t i = at + (size_t)n;
	return i < glyphs->count ? glyphs->items[i] : (struct glyph){ 0 };
}

static bool
is_letter(struct glyph glyph)
{
	return uc_is_general_category_withtable(glyph.letter, UC_CATEGORY_MASK_L);
}

static bool
is_apostrophe(struct glyph glyph)
{
	return glyph.letter == U'\'' || glyph.letter == 0x2019 || glyph.letter == 0x02bc;
}

/* An apostrophe does not begin a word in Ukrainian. */
static bool
begins_word(const struct glyphs *glyphs, size_t at)
{
	struct glyph before = neighbour(glyphs, at, -1);
	return !is_letter(before) && !is_apostrophe(before);
}

static bool
is_one_of(struct glyph glyph, const ucs4_t *letters)
{
	for (; *letters; letters++) {
		if (glyph.letter == *letters)
			return true;
	}
	return false;
}

/* The second half of a Greek vowel pair ending in upsilon: "av" before a voiced sound, else "af".
 */
static const char *
greek_upsilon_pair(struct glyph first, struct glyph after)
{
	bool voiced = is_one_of(after, U"αεηιουωβγδζλμνρ");
	switch (first.letter) {
	case U'α':
		return voiced ? "av" : "af";
	case U'ε':
		return voiced ? "ev" : "ef";
	case U'η':
		return voiced ? "iv" : "if";
	case U'ο':
		return "ou";
	default:
		return NULL;
	}
}

/* The spelling of two Greek letters that make one sound, or NULL. */
static const char *
greek_pair(const struct glyphs *glyphs, size_t at)
{
	struct glyph first = glyphs->items[at];
	struct glyph second = neighbour(glyphs, at, 1);
	struct glyph third = neighbour(glyphs, at, 2);
	/* Stress on the first vowel, or a diaeresis on the second, keeps them apart. */
	if (second.letter == U'υ' && !(first.marks & MARK_ACCENT) &&
		!(second.marks & MARK_DIAERESIS))
		return greek_upsilon_pair(first, third);
	if (first.letter == U'μ' && second.letter == U'π' &&
		(begins_word(glyphs, at) || !is_letter(third)))
		return "b";
	if (first.letter != U'γ')
		return NULL;
	return second.letter == U'γ'	? "ng"
		: second.letter == U'ξ' ? "nx"
		: second.letter == U'χ' ? "nch"
					: NULL;
}

/* ICAO gives these Ukrainian letters another sound at the beginning of a word. */
static const char *
ukrainian_initial(const struct glyphs *glyphs, size_t at)
{
	struct glyph glyph = glyphs->items[at];
	if (glyph.letter == U'є' && begins_word(glyphs, at))
		return "ye";
	if (glyph.letter == U'і' && (glyph.marks & MARK_DIAERESIS) && begins_word(glyphs, at))
		return "yi";
	return NULL;
}

static const char *
customary(struct glyph glyph, enum text_language language)
{
	for (size_t i = 0; i < ARRAY_LEN(customs); i++) {
		const struct custom *custom = &customs[i];
		if (custom->language == language && custom->letter == glyph.letter &&
			(glyph.marks & custom->marks) == custom->marks)
			return custom->ascii;
	}
	/* The acute accent of a keyboard, typed as an apostrophe, decomposes to this. */
	if (glyph.letter == ' ' && (glyph.marks & MARK_ACCENT))
		return "'";
	return NULL;
}

static int
compare_letter(const void *key, const void *item)
{
	ucs4_t letter = *(const ucs4_t *)key;
	const struct spelling *spelling = item;
	return letter < spelling->letter ? -1 : letter > spelling->letter;
}

/* NULL when there is no spelling. */
static const char *
ordinary(struct glyph glyph)
{
	const struct spelling *spelling = bsearch(
		&glyph.letter, spellings, ARRAY_LEN(spellings), sizeof(*spellings), compare_letter);
	if (spelling)
		return spelling->ascii;
	return uc_is_property_default_ignorable_code_point(glyph.letter) ? "" : NULL;
}

/* Whether the letters beside a capital are capitals too: the next one decides, else the last. */
static bool
among_capitals(const struct glyphs *glyphs, size_t at)
{
	struct glyph next = neighbour(glyphs, at, 1);
	return is_letter(next) ? next.upper : neighbour(glyphs, at, -1).upper;
}

static void
add_spelling(struct buffer *out, const char *ascii, bool capital, bool all)
{
	for (size_t i = 0; ascii[i]; i++) {
		bool raise = capital && (i == 0 || all) && ascii[i] >= 'a' && ascii[i] <= 'z';
		buffer_add_char(out, raise ? (char)(ascii[i] - 'a' + 'A') : ascii[i]);
	}
}

/* Spells the glyph, or the pair, at this place, and returns how many glyphs that were. */
static size_t
spell(struct buffer *out, const struct glyphs *glyphs, size_t at, enum text_language language,
	bool *ret_found)
{
	struct glyph glyph = glyphs->items[at];
	const char *pair = greek_pair(glyphs, at);
	char itself[] = { (char)glyph.letter, '\0' };
	const char *ascii = pair ? pair : customary(glyph, language);
	if (!ascii)
		ascii = ukrainian_initial(glyphs, at);
	if (!ascii)
		ascii = glyph.letter < 0x80 ? itself : ordinary(glyph);
	*ret_found = ascii != NULL;
	if (ascii)
		add_spelling(out, ascii, glyph.upper, among_capitals(glyphs, at));
	return pair ? 2 : 1;
}

char *
text_ascii(struct arena *arena, const char *text, enum text_language language, bool *ret_lost)
{
	bool lost;
	AUTO(glyphs_finish) struct glyphs glyphs = glyphs_of(text, &lost);
	AUTO_BUFFER struct buffer out = { 0 };
	for (size_t at = 0; at < glyphs.count;) {
		bool found;
		at += spell(&out, &glyphs, at, language, &found);
		lost |= !found;
	}
	if (ret_lost)
		*ret_lost = lost;
	return arena_strndup(arena, buffer_text(&out), out.size);
}
