"""A shim before our programs.

Keeper gives what it starts a clean environment.  So the stage's programs are
t/fault/preload under each of their names; the true ones lie in true/ beside it.
"""
import os
import shutil

from harness import BUILD

PROGRAMS = ('pop3srvd', 'front', 'auth', 'drop', 'relay', 'log', 'smtp', 'deliver')


def put_before(stage, name, **env):
    """The shim t/fault/NAME before all programs of a stage; the folder that they lie in."""
    folder = stage.server.dir + '/shim'
    os.makedirs(folder + '/true')
    shutil.copy('%s/t/fault/%s' % (BUILD, name), folder)
    for p in PROGRAMS[1:]:
        if os.path.exists(BUILD + '/libexec/' + p):
            shutil.copy(BUILD + '/libexec/' + p, folder + '/true/' + p)
            shutil.copy(BUILD + '/t/fault/preload', folder + '/' + p)
    stage.programs = folder
    stage.env = {'LD_PRELOAD': '%s/%s' % (folder, name), **env}
    with open(folder + '/environment', 'w') as f:
        f.writelines('%s=%s\n' % x for x in stage.env.items())
    return folder
