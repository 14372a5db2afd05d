"""What the sweeps let happen while a call goes wrong: a row a story."""
from visit import Session


class Pop3Story:
    """A whole session; how is how it logs in."""

    def __init__(self, how):
        self.how = how
        self.last = None

    def tell(self, stage, drop, stuck=None):
        s = Session(stage.server, drop, stage.secret)
        done = s.run(self.how, stuck)
        self.last = s.heard()
        stage.oracle.words('a reply', self.last)
        return done


STORIES = {
    'stls': Pop3Story('stls'),
    'sasl': Pop3Story('sasl'),
}
