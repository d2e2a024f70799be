#!/bin/sh
# Certificates for tls.ts, in the folder named: an authority; a server and a client of it; an expired
# client; and one of an authority that nobody knows. For tests on this machine only.
#
#   sh certificates.sh FOLDER
set -e
mkdir -p "$1" && cd "$1" && umask 077
printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\n' > names.cnf

authority() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=dicomrun $1" \
    -keyout "$1.key" -out "$1.pem" 2> /dev/null
}

# certificate NAME AUTHORITY DAYS: with a negative number of days it has ended already
certificate() {
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2> /dev/null
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "$3" \
    -extfile names.cnf -out "$1.pem" 2> /dev/null
}

authority ca
authority stranger-ca
certificate server ca 30
certificate client ca 30
certificate expired ca -1
certificate stranger stranger-ca 30
