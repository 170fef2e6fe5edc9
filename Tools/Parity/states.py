"""Writes small files of tensors with numpy and torch, for the Swift readers: Fixtures/StateFiles.

    python Tools/Parity/states.py [FOLDER]

`expected.json` says for each file what is in it: a list of tensors with name, shape and values in the order of their indices; or, for
a file that has to be refused, a word that the error has to name. Needs numpy and torch (seen with 2.4 and 2.13).
"""

import collections
import json
import pathlib
import sys

import numpy as np
import torch


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Fixtures/StateFiles")
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(5)
    expected = {}

    def array(name, array, version=None):
        with open(folder / name, "wb") as file:
            np.lib.format.write_array(file, array, version=version)
        expected[name] = [{"name": "", "shape": list(array.shape), "values": array.astype(np.float32).flatten().tolist()}]

    values = rng.normal(size=(2, 3, 4))
    array("float16.npy", values.astype("<f2"))
    array("float32.npy", values.astype("<f4"))
    array("float64-big.npy", values.astype(">f8"))
    array("float32-big.npy", values.astype(">f4"))
    array("fortran.npy", np.asfortranarray(values.astype("<f4")))
    array("version2.npy", values.astype("<f4")[0], version=(2, 0))
    array("version3.npy", values.astype("<f2")[0], version=(3, 0))
    array("line.npy", np.array([0, -0.0, 1e-8, 6e-5, 65504, -2], dtype="<f2"))
    array("none.npy", np.zeros((0, 4), dtype="<f4"))
    np.save(folder / "uint16.npy", np.zeros(3, dtype="<u2"))
    expected["uint16.npy"] = "<u2"

    def saved(name, value, tensors, **options):
        torch.save(value, folder / name, **options)
        expected[name] = [
            {"name": key, "shape": list(t.shape), "values": t.detach().float().flatten().tolist()} for key, t in tensors]

    torch.manual_seed(5)
    a, b, c = torch.randn(3, 4), torch.randn(2, 4), torch.randn(4)
    saved("tensor.pt", a, [("", a)])
    saved("half.pt", a.half(), [("", a.half())])
    saved("bfloat16.pt", a.bfloat16(), [("", a.bfloat16())])
    saved("double.pt", a.double(), [("", a.double())])
    saved("transposed.pt", a.t(), [("", a.t())])
    saved("part.pt", a[1:, 1:3], [("", a[1:, 1:3])])
    saved("list.pt", [a, b, c], [("0", a), ("1", b), ("2", c)])
    saved("tuple.pt", (a, (b, c)), [("0", a), ("1.0", b), ("1.1", c)])
    saved("dictionary.pt", {"x": a, 7: b, "note": "hello", "size": 3, "list": [c]}, [("x", a), ("7", b), ("list.0", c)])
    saved("protocol4.pt", {"x": a, "y": [b]}, [("x", a), ("y.0", b)], pickle_protocol=4)
    saved("parameter.pt", torch.nn.Parameter(a), [("", a)])
    layer = torch.nn.Linear(3, 2)
    saved("module.pt", layer.state_dict(), list(layer.state_dict().items()))
    saved("ordered.pt", collections.OrderedDict(p=a, q=b), [("p", a), ("q", b)])
    torch.save(a, folder / "old.pt", _use_new_zipfile_serialization=False)
    expected["old.pt"] = "1.6"
    torch.save({"x": a, "path": pathlib.PurePosixPath("a")}, folder / "object.pt")
    expected["object.pt"] = "pathlib"
    torch.save({"x": torch.float32}, folder / "type.pt")
    expected["type.pt"] = "torch.float32"
    torch.save(a.to_sparse(), folder / "sparse.pt")
    expected["sparse.pt"] = "_get_layout"
    (folder / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
    print(f"{len(expected)} files in {folder}")


if __name__ == "__main__":
    main()
