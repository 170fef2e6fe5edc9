print("iisan")
