#!/bin/sh
# Measure every arm of personalisation with two processes and write the tables as Markdown.
#
# usage: personalisation_table.sh PEOPLE PACK OUT MARKDOWN [SECOND_RECOGNISER]
#
# The people are shared by two processes of one thread each; the third command finds everything made. What was
# interrupted goes on when the same command is given again. Settings were chosen on p01 and p02.
set -eu
people=$1 pack=$2 out=$3 markdown=$4 second=${5-}
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
measure() {
    forensic-app evaluate personalisation --data "$people" --pack "$pack" --photos 10 --out "$out" --threads 1 --json "$@"
}
measure --people p01,p03 >/dev/null &
first=$!
measure --people p02,p04 >/dev/null
wait "$first"
measure --chosen-on p01,p02 --markdown "$markdown" ${second:+--second-recogniser "$second"}
