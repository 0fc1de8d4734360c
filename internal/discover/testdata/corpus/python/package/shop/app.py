from .factory import make

one = make("made-one")  # expect: made-one domain=john slots=1
two = make(name="made-two", domain="mary", threads=4)  # expect: made-two domain=mary slots=4
