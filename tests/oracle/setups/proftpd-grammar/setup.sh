# The text of proftpd.conf: quotes, joined lines, CR, comments, case, and what breaks it.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2002 "/srv/b b"
ftpd_user cleo 2003 2001 /srv/cleo
ftpd_group red 2001
home "/srv/a b" 2001:2001
home "/srv/#x" 2001:2001

case $1 in
quotes)
	printf '%s\n' 'DefaultRoot "/srv/a b" red' 'DefaultRoot ~' | ftpd_conf
	;;
quote-inside)
	printf '%s\n' 'DefaultRoot /srv/"a b" red' 'DefaultRoot ~' | ftpd_conf
	;;
escapes)
	printf '%s\n' 'DefaultRoot "/srv/\a\ b" red' 'DefaultRoot /srv/an\na' | ftpd_conf
	;;
open-quote)
	printf '%s\n' 'DefaultRoot "/srv/a b' | ftpd_conf
	;;
quote-then-word)
	printf '%s\n' 'DefaultRoot "/srv/a b"red' 'DefaultRoot ~' | ftpd_conf
	;;
joined)
	printf '%s\n' 'DefaultRoot \' ' /srv/an\' 'na red' 'Default\' 'Root ~' | ftpd_conf
	;;
joined-comment)
	printf '%s\n' '# DefaultRoot /srv \' 'DefaultRoot ~' 'Umask 077 # \' '022' | ftpd_conf
	;;
comments)
	printf '%s\n' '  # x' 'DefaultRoot ~ # red' 'Umask 027#' | ftpd_conf
	;;
hash-word)
	printf '%s\n' 'DefaultRoot /srv/#x' | ftpd_conf
	;;
hash-quoted)
	printf '%s\n' 'DefaultRoot "/srv/#x" red' 'Umask 027' | ftpd_conf
	;;
cr)
	printf 'DefaultRoot ~ red\r\nUmask 027\r\n<Limit LOGIN>\r\nDenyUser cleo\r\n</Limit>\r\n' |
		ftpd_conf
	;;
cr-joined)
	printf 'DefaultRoot \\\r\n~\r\nUmask 027\r\n' | ftpd_conf
	;;
case)
	printf '%s\n' 'DEFAULTroot ~' 'uMask 027' '<LIMIT login>' 'denyuser cleo' '</limit>' |
		ftpd_conf
	;;
no-newline)
	printf '%s\n%s' 'Umask 027' 'DefaultRoot ~' | ftpd_conf
	;;
tabs)
	printf '\tDefaultRoot\t~\tred\n\v\fUmask \t 027 \n' | ftpd_conf
	;;
section-words)
	printf '%s\n' '<Limit LOGIN >' 'DenyUser cleo' '</Limit>' '<Directory "/srv/a b">' \
		'Umask 077' '</Directory>' 'DefaultRoot "/srv/a b" red' | ftpd_conf
	;;
section-unfinished)
	printf '%s\n' '<Limit LOGIN' 'DenyUser cleo' '</Limit>' | ftpd_conf
	;;
section-blank)
	printf '%s\n' '< Limit LOGIN>' 'DenyUser cleo' '</Limit>' | ftpd_conf
	;;
nul)
	printf 'Umask 027\0 DefaultRoot /srv\nDefaultRoot ~\n' | ftpd_conf
	;;
long-line)
	{ printf 'DefaultRoot ~ red'; printf '%05000d' 0 | tr 0 ' '; echo; echo 'Umask 027'; } |
		ftpd_conf
	;;
long-comment)
	{ printf '#'; printf '%05000d' 0 | tr 0 x; echo; echo 'DefaultRoot ~'; } | ftpd_conf
	;;
byte-order-mark)
	printf '' | ftpd_conf
	printf '\357\273\277DefaultRoot ~\n' >/etc/proftpd/new
	cat /etc/proftpd/proftpd.conf >>/etc/proftpd/new
	mv /etc/proftpd/new /etc/proftpd/proftpd.conf
	;;
esac
