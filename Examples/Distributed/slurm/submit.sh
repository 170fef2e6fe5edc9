#!/bin/bash
# Encodes a catalogue in parts, merges them, and trains: each begins when the one before has succeeded.
#
#   ./submit.sh config.yaml [PARTS]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
configuration=$1
parts=${2:-4}

encode=$(sbatch --parsable --array="1-$parts" "$here/encode.sbatch" "$parts" "$configuration")
merge=$(sbatch --parsable --dependency="afterok:$encode" "$here/merge.sbatch" "$parts" "$configuration")
train=$(sbatch --parsable --dependency="afterok:$merge" "$here/train.sbatch" "$configuration")
echo "encode $encode, merge $merge, train $train"
