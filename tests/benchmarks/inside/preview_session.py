"""Open the measured dialog in a GIMP window several times. Runs in the tree.

python3 preview_session.py PICTURE FOLDER VERSION TIMES
"""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, "/mnt/checkout/tests/gimp/inside")

from window import Window

# GIMP has to be idle at the start of a round: it renders what the last one has added.
REST_SECONDS = 2.0
CALL = """
import time
image = Gimp.get_images()[0]
procedure = Gimp.get_pdb().lookup_procedure("plug-in-matte-measured")
config = procedure.create_config()
config.set_property("run-mode", Gimp.RunMode.INTERACTIVE)
config.set_property("image", image)
config.set_core_object_array("drawables", [image.get_layers()[-1]])
begun = time.time()
result = procedure.run(config)
answer = [begun, result.index(0) == Gimp.PDBStatusType.SUCCESS, Gimp.get_pdb().get_last_error()]
"""


def main(picture, folder, version, times):
    seen_file = folder / "measured.json"
    os.environ["MATTE_MEASURED"] = str(seen_file)
    rounds = []
    with Window(picture, folder / "window", version) as window:
        for _ in range(times):
            time.sleep(REST_SECONDS)
            begun, is_done, error = window.ask(CALL, patience=300)
            assert is_done, error
            rounds.append({**json.loads(seen_file.read_text()), "begun": begun})
    (folder / "rounds.json").write_text(json.dumps(rounds))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
