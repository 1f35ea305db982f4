"""
Runs Eclipse's interoperability/client_test.py, whose place, host, port and refused filter are given, and prints one
line of JSON for each of its tests: {"test": …, "passed": …, "why": …}.

The suite's own command line can no longer be used as its help says (it hands its options on to unittest, which refuses
them), so it is started as a program whose call of unittest.main is ours. will_message_test is run too, which unittest
would pass over for its name.
"""

import contextlib
import io
import json
import logging
import os
import runpy
import sys
import unittest

path, host, port, refused_filter = sys.argv[1:]
extra = ("will_message_test",)


def last_words(*texts):
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def run_all():
    suite = sys.modules["__main__"]
    suite.nosubscribe_topics = (refused_filter,)
    names = [*unittest.defaultTestLoader.getTestCaseNames(suite.Test), *extra]
    with contextlib.redirect_stdout(io.StringIO()):
        suite.Test.setUpClass()
    for name in names:
        result, said, complained = unittest.TestResult(), io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            suite.Test(name).run(result)
        why = "" if result.wasSuccessful() else last_words(complained.getvalue()) or "no reason given"
        print(json.dumps({"test": name, "passed": result.wasSuccessful(), "why": why}), file=sys.__stdout__, flush=True)


# Of sockets that it closed itself.
logging.disable()
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(path))
# Not "-h": the suite takes it for a call for help.
sys.argv = [path, "--hostname", host, "--port", port]
unittest.main = run_all
with contextlib.redirect_stdout(io.StringIO()):
    runpy.run_path(path, run_name="__main__")
