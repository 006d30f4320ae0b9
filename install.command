#!/bin/sh
# Installs Matte for GIMP on macOS: double-click it. install.py, beside it, does the work.
cd "$(dirname "$0")" || exit 1
frameworks=/Library/Frameworks/Python.framework/Versions
for version in 3.14 3.13 3.12 3.11; do
    PATH=$PATH:$frameworks/$version/bin
done
PATH=$PATH:/opt/homebrew/bin:/usr/local/bin
# Not plain python3, which on a new Mac only offers to install Xcode.
for version in 3.14 3.13 3.12 3.11; do
    if command -v "python$version" >/dev/null; then
        exec "python$version" install.py "$@"
    fi
done
echo "Please install Python from https://www.python.org/downloads/macos/ and try again."
open https://www.python.org/downloads/macos/
exit 1
