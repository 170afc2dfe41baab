exec pure-ftpd /etc/pure-ftpd.conf
