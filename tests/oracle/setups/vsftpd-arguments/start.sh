exec vsftpd -olocal_umask=027 /etc/ftp/base.conf /etc/ftp/more.conf \
	-ochroot_local_user=YES -olisten=YES 0<>/dev/null
