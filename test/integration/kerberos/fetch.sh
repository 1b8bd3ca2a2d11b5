#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unpacks Debian 12's Kerberos programs, of both families, into a folder for the tests. Unpacked, not
# installed: krb5-user and heimdal-clients exclude each other, and an installed KDC starts a service
# and writes to /etc. Does nothing twice. Argument: the folder (see realm.sh).
set -euo pipefail
folder=$1

packages=(
  krb5-user krb5-kdc krb5-admin-server libgssapi-krb5-2 libgssrpc4 libk5crypto3
  libkadm5clnt-mit12 libkadm5srv-mit12 libkdb5-10 libkrb5-3 libkrb5support0
  libcom-err2 libev4 libkeyutils1 libss2 libverto-libev1 libverto1
  heimdal-clients heimdal-kcm libasn1-8-heimdal libhcrypto5-heimdal libheimbase1-heimdal
  libheimntlm0-heimdal libhx509-5-heimdal libkafs0-heimdal libkrb5-26-heimdal
  libroken19-heimdal libsl0-heimdal libwind0-heimdal
  libbsd0 libedit2 libmd0 libsqlite3-0
)
wanted=$(printf '%s\n' "${packages[@]}")
[ "$(cat "$folder/packages" 2>/dev/null)" != "$wanted" ] || exit 0

echo "kerberos: unpacking ${packages[*]} into $folder"
rm -rf "$folder"
mkdir -p "$folder/debs"
(cd "$folder/debs" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}")
for deb in "$folder"/debs/*.deb; do
  dpkg-deb --extract "$deb" "$folder"
done
rm -r "$folder/debs"
echo "$wanted" >"$folder/packages" # the last thing: all is there
