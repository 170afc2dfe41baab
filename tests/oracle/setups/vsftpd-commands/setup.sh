# cmds_allowed and cmds_denied, and what is left of upload, directories and deleting.
. /.oracle/machine.sh
source_is vsftpd
cat >/etc/vsftpd.conf <<'END'
listen=YES
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=022
user_config_dir=/etc/vsftpd/users
port_enable=NO
seccomp_sandbox=NO
END
mkdir -p /etc/vsftpd/users
uid=2000
own() {
	uid=$((uid + 1))
	user "$1" $uid "/home/$1" /bin/sh "$(hash pw)"
	home "/home/$1" "$1"
	password "$1" pw
	printf "$2" >"/etc/vsftpd/users/$1"
}
all=PASV,EPSV,TYPE,PWD,STOR,MKD,DELE,QUIT
own all "cmds_allowed=$all\n"
own nothing 'cmds_allowed=PWD,QUIT\n'
own unset "cmds_allowed=PWD\ncmds_allowed=\n"
own no-stor 'cmds_allowed=PASV,EPSV,TYPE,MKD,DELE,RETR,LIST\n'
own no-type 'cmds_allowed=PASV,EPSV,STOR,MKD,DELE\n'
own no-passive 'cmds_allowed=PORT,EPRT,TYPE,STOR,MKD,DELE\n'
own blanks 'cmds_allowed=PASV, EPSV, TYPE, STOR, MKD, DELE\n'
own gap 'cmds_allowed=PASV,EPSV,TYPE,STOR,,MKD,DELE\n'
own gap-first "cmds_allowed=,$all\n"
own lower 'cmds_allowed=pasv,type,stor,mkd,dele\n'
own denied 'cmds_denied=DELE,RMD\n'
own denied-gap 'cmds_denied=,DELE\n'
own denied-blank 'cmds_denied=MKD, DELE\n'
own denied-stor 'cmds_denied=STOR\n'
own denied-passive 'cmds_denied=PASV,EPSV\n'
own both "cmds_allowed=$all\ncmds_denied=STOR,MKD,DELE\n"
own alias 'cmds_denied=XMKD\n'
own no-pasv 'pasv_enable=NO\n'
own trailing "cmds_allowed=$all,\n"
own readonly "write_enable=NO\ncmds_allowed=$all\n"
