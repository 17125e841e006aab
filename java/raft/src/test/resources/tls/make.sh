#!/bin/sh
# Makes the certificates of the tests, good for a hundred years, and one that has expired. Needs openssl. The keys are worth nothing.
set -e
cd "$(dirname "$0")"
days=36500
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days $days -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
certificate() { # name, authority, further arguments of openssl x509
  name=$1 by=$2
  shift 2
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr" 2>/dev/null
  printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n' > ext
  openssl x509 -req -in "$name.csr" -CA "$by.pem" -CAkey "$by.key" -CAcreateserial -extfile ext -out "$name.pem" "$@" 2>/dev/null
  rm -f "$name.csr" ext
}
authority authority
authority stranger
for name in node node-renewed reader writer operator nobody; do certificate $name authority -days $days; done
certificate foreign stranger -days $days
# One that was good on a single day, long ago.
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=expired" -keyout expired.key -out expired.csr 2>/dev/null
printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n' > ext
mkdir ca
: > ca/index
echo 01 > ca/serial
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=ca/index\nserial=ca/serial\nnew_certs_dir=ca\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' > conf
openssl ca -batch -config conf -cert authority.pem -keyfile authority.key -in expired.csr -out expired.pem -notext \
  -extfile ext -startdate 20200101000000Z -enddate 20200102000000Z
rm -rf ca conf ext expired.csr
rm -f ./*.srl authority.key stranger.key
