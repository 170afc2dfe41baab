/*
 * synonym.c - the table of column names; see synonym.h.
 *
 * A word stands here only when it can hardly mean anything else: "userid" (a login or a number?)
 * and "key" for SSH keys are left out on purpose.
 */
#include "core/model/synonym.h"

#include <ctype.h>
#include <string.h>

#include "core/base/text.h"

struct synonyms {
	unsigned meaning;
	const char *words; /* squeezed, separated by blanks */
};

/* English; German; French; Spanish; Dutch. */
static const struct synonyms synonyms[] = {
	{ ACCOUNT_KEY,
		"key id originkey externalid employeeid employeenumber employeeno personid "
		"personnelnumber personnelno personnelid staffid staffnumber staffno uuid "
		"entryuuid objectguid "
		"personalnummer personalnr persnr mitarbeiternummer mitarbeiternr mitarbeiterid "
		"matricule numeroemploye numerodemploye idemploye "
		"numeroempleado numerodeempleado idempleado "
		"personeelsnummer personeelsnr personeelsid medewerkernummer medewerkerid" },
	{ ACCOUNT_USERNAME,
		"username user login loginname logon logonname account accountname samaccountname "
		"benutzername benutzer anmeldename nutzername kennung benutzerkennung "
		"benutzerkonto kontoname "
		"utilisateur nomutilisateur nomdutilisateur identifiant compte nomducompte "
		"nomdecompte "
		"usuario nombreusuario nombredeusuario cuenta nombredecuenta "
		"gebruiker gebruikersnaam inlognaam loginnaam accountnaam" },
	{ ACCOUNT_FULL_NAME,
		"fullname displayname realname commonname cn gecos "
		"vollername vollstandigername vollstaendigername anzeigename "
		"vorundnachname vornamenachname vornameundnachname nachnamevorname "
		"nomcomplet nometprenom prenometnom nomprenom prenomnom "
		"nombrecompleto nombreyapellido nombreyapellidos "
		"volledigenaam weergavenaam" },
	{ COLUMN_NAME, "name nom nombre naam" },
	{ COLUMN_FIRST_NAME,
		"first firstname givenname givennames forename forenames "
		"vorname vornamen rufname prenom prenoms nombres nombredepila primernombre "
		"voornaam voornamen roepnaam" },
	{ COLUMN_LAST_NAME,
		"last lastname surname familyname sn nachname familienname zuname "
		"nomdefamille nomfamille apellido apellidos achternaam familienaam" },
	{ ACCOUNT_EMAIL,
		"email mail emailaddress mailaddress "
		"emailadresse mailadresse mailanschrift "
		"courriel adresseemail adressemail adresseelectronique adressecourriel mel "
		"correo correoelectronico direcciondecorreo "
		"emailadres mailadres" },
	{ ACCOUNT_UID, "uid uidnumber unixuid unixid uidnummer numerouid numerodeuid uidnumero" },
	{ ACCOUNT_PASSWORD,
		"password passwd pass pw initialpassword "
		"passwort kennwort initialpasswort startpasswort "
		"motdepasse mdp contrasena clave wachtwoord" },
	{ ACCOUNT_PASSWORD_HASH,
		"passwordhash hash hashedpassword encryptedpassword cryptedpassword pwhash "
		"cryptpassword passwdhash passworthash kennworthash verschlusseltespasswort "
		"verschluesseltespasswort hashmotdepasse hachagemotdepasse motdepassehache "
		"hashcontrasena contrasenacifrada wachtwoordhash" },
	{ ACCOUNT_SSH_KEYS,
		"sshkey sshkeys sshpublickey sshpublickeys sshpubkey sshpubkeys pubkey pubkeys "
		"publickey publickeys authorizedkeys authorizedkey "
		"sshschlussel sshschluessel offentlicherschlussel oeffentlicherschluessel "
		"clessh clesssh clepublique clespubliques clesshpublique "
		"clavessh clavesssh clavepublica clavespublicas llavessh llavepublica "
		"sshsleutel sshsleutels publiekesleutel publiekesleutels" },
	{ ACCOUNT_GROUPS,
		"groups group supplementarygroups gruppe gruppen groupe groupes "
		"grupo grupos groep groepen" },
	{ ACCOUNT_LAYOUT,
		"layout folderlayout jaillayout vorlage ordnervorlage modele gabarit "
		"plantilla diseno indeling sjabloon" },
	{ ACCOUNT_FOLDERS,
		"folders folder dirs directories ordner verzeichnis verzeichnisse "
		"dossier dossiers repertoire repertoires carpeta carpetas directorio directorios "
		"mappen map" },
	{ ACCOUNT_HOME,
		"home homedir homedirectory homefolder unixhomedirectory "
		"homeverzeichnis heimatverzeichnis benutzerverzeichnis "
		"dossierpersonnel repertoirepersonnel carpetapersonal directoriopersonal "
		"directorioprincipal thuismap homemap persoonlijkemap" },
	{ ACCOUNT_SHELL, "shell loginshell anmeldeshell shelldeconnexion interpretedecommandes" },
	{ ACCOUNT_EXPIRES,
		"expires expire expiry expirydate expiration expirationdate expireson enddate "
		"validuntil validto "
		"ablauf ablaufdatum enddatum gultigbis gueltigbis austrittsdatum "
		"dateexpiration datedexpiration expirele datefin datedefin valablejusquau "
		"caducidad fechacaducidad fechadecaducidad vencimiento fechavencimiento "
		"fechadevencimiento fechafin fechadefin validohasta "
		"vervaldatum verloopdatum einddatum geldigtot" },
	{ ACCOUNT_STATE,
		"state status accountstate accountstatus zustand kontostatus "
		"etat statut estado toestand" },
	/* "profile" alone is a person's in many a sheet. */
	{ ACCOUNT_PROFILE, "jailprofile sftpprofile" },
};

const char *
column_squeezed(const char *name, struct arena *arena)
{
	char *squeezed = text_ascii(arena, text_folded(arena, name), TEXT_LANGUAGE_DEFAULT, NULL);
	size_t length = 0;
	for (const char *c = squeezed; *c; c++) {
		if (isalnum((unsigned char)*c))
			squeezed[length++] = (char)tolower((unsigned char)*c);
	}
	squeezed[length] = '\0';
	return squeezed;
}

static bool
has_word(const char *words, const char *word)
{
	size_t size = strlen(word);
	while (*words) {
		size_t length = strcspn(words, " ");
		if (length == size && memcmp(words, word, size) == 0)
			return true;
		words += length + strspn(words + length, " ");
	}
	return false;
}

unsigned
column_meaning(const char *name, struct arena *arena)
{
	const char *squeezed = column_squeezed(name, arena);
	if (!*squeezed)
		return COLUMN_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(synonyms); i++) {
		if (has_word(synonyms[i].words, squeezed))
			return synonyms[i].meaning;
	}
	return COLUMN_UNKNOWN;
}

/* Words of this many letters at least. */
#define WORD_NEAR 6

/* One letter more, less or another one, or two neighbours swapped. */
static bool
is_one_slip(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t same = 0;
	while (same < a_size && same < b_size && a[same] == b[same])
		same++;
	a += same, a_size -= same;
	b += same, b_size -= same;
	if (a_size == b_size + 1)
		return memcmp(a + 1, b, b_size) == 0;
	if (b_size == a_size + 1)
		return memcmp(b + 1, a, a_size) == 0;
	if (a_size != b_size || !a_size)
		return false;
	if (memcmp(a + 1, b + 1, a_size - 1) == 0)
		return true;
	return a[0] == b[1] && a[1] == b[0] && memcmp(a + 2, b + 2, a_size - 2) == 0;
}

static const char *
one_slip_away(const char *words, const char *name, struct arena *arena)
{
	size_t size = strlen(name);
	for (const char *word = words; *word; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ");
		if (length >= WORD_NEAR && is_one_slip(word, length, name, size))
			return arena_strndup(arena, word, length);
		word += length;
	}
	return NULL;
}

const char *
column_nearest(const char *name, struct arena *arena, unsigned *ret_meaning)
{
	const char *squeezed = column_squeezed(name, arena);
	const char *word = NULL;
	for (size_t i = 0; i < ARRAY_LEN(synonyms) && !word; i++) {
		word = one_slip_away(synonyms[i].words, squeezed, arena);
		*ret_meaning = synonyms[i].meaning;
	}
	return strlen(squeezed) < WORD_NEAR ? NULL : word;
}
